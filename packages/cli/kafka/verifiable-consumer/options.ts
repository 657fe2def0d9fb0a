import { ArgumentParser } from '../options/argparse.ts'

export const parser = new ArgumentParser('verifiable-consumer', {
  description:
    'Reads a topic as a member of a group, and says in JSON, one event a line on the standard output, what happens: partitions that come and go, records, commits. For tests of whole systems.',
  arguments: {
    'bootstrap-server': {
      metavar: 'HOST1:PORT1[,HOST2:PORT2[...]]',
      group: 'connection',
      required: true,
      help: 'Which brokers to ask first, separated by commas.',
    },
    topic: { metavar: 'TOPIC', required: true, help: 'What to read.' },
    'group-protocol': { metavar: 'GROUP-PROTOCOL', default: 'classic', help: 'How the group agrees: CLASSIC or CONSUMER' },
    'group-remote-assignor': {
      metavar: 'GROUP-REMOTE-ASSIGNOR',
      help: 'How the coordinator is to share out partitions, with group protocol CONSUMER',
    },
    'group-id': { metavar: 'GROUP-ID', required: true, help: 'The group to be a member of' },
    'group-instance-id': { metavar: 'GROUP-INSTANCE-ID', help: 'A name that stays the same when the member is started again' },
    'max-messages': {
      metavar: 'MAX-MESSAGES',
      type: 'int',
      default: -1,
      help: 'How many records to read. With -1 it goes on until somebody ends the process',
    },
    'session-timeout': {
      metavar: 'TIMEOUT-MS',
      type: 'int',
      help: 'How long the group waits for a member that is silent; not with group protocol CONSUMER',
    },
    verbose: { kind: 'flag', help: 'Show each record' },
    'enable-autocommit': { kind: 'flag', help: 'Leave commits to the consumer' },
    'reset-policy': {
      metavar: 'RESET-POLICY',
      default: 'earliest',
      help: "Where to begin when the group has committed nothing: 'earliest', 'latest' or 'none'",
    },
    'assignment-strategy': {
      metavar: 'ASSIGNMENT-STRATEGY',
      default: 'org.apache.kafka.clients.consumer.RangeAssignor',
      help: 'How members share out partitions, with group protocol CLASSIC',
    },
    'consumer.config': { metavar: 'CONFIG-FILE', help: '(DEPRECATED) Like --command-config, which is its name now' },
    'command-config': { metavar: 'CONFIG-FILE', help: 'A properties file of the consumer. Options win over what is in it.' },
  },
  groups: { connection: { title: 'Connection Group', description: 'How to find the cluster', required: true } },
})
