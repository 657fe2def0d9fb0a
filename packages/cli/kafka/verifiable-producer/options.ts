import { ArgumentParser } from '../options/argparse.ts'

export const parser = new ArgumentParser('verifiable-producer', {
  description:
    'Sends growing numbers to a topic, and says in JSON, one event a line on the standard output, which of them were acknowledged and which were not. For tests of whole systems.',
  arguments: {
    topic: { metavar: 'TOPIC', required: true, help: 'Where to send them.' },
    'bootstrap-server': {
      metavar: 'HOST1:PORT1[,HOST2:PORT2[...]]',
      group: 'connection',
      help: 'REQUIRED: Which brokers to ask first, separated by commas.',
    },
    'max-messages': {
      metavar: 'MAX-MESSAGES',
      type: 'int',
      default: -1,
      help: 'How many numbers to send. With -1 it goes on until somebody ends the process.',
    },
    throughput: {
      metavar: 'THROUGHPUT',
      type: 'int',
      default: -1,
      help: 'About so many records a second, and no more. Below 0: as many as go.',
    },
    acks: {
      metavar: 'ACKS',
      type: 'int',
      default: -1,
      choices: [0, 1, -1],
      help: 'Who must have a record before it counts as sent; see the setting acks.',
    },
    'producer.config': { metavar: 'CONFIG-FILE', help: '(DEPRECATED) Like --command-config, which is its name now.' },
    'message-create-time': {
      metavar: 'CREATE-TIME',
      type: 'long',
      default: -1,
      help: 'The timestamp of the first record, in milliseconds since 1970; that of the others comes after it.',
    },
    'value-prefix': { metavar: 'VALUE-PREFIX', type: 'int', help: 'A number that stands before each value, with a dot between the two.' },
    'repeating-keys': {
      metavar: 'REPEATING-KEYS',
      type: 'int',
      help: 'Gives each record a key: 0, 1 and so on, so many of them, and then from 0 again.',
    },
    'command-config': { metavar: 'CONFIG-FILE', help: 'A properties file of the producer. What is in it wins over the options.' },
  },
  groups: { connection: { title: 'Connection Group', description: 'How to find the cluster', required: true } },
})
