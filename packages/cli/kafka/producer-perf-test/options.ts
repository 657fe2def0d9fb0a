import { ArgumentParser } from '../options/argparse.ts'

const exactlyOne = 'Exactly one of --record-size, --payload-file and --payload-monotonic says what is sent.'

export const parser = new ArgumentParser('kafka-producer-perf-test', {
  description:
    'Sends many records, and says how many a second there were and how long they took. With --transactional-id, with transactional.id among the properties, or with --transaction-duration-ms they are sent in transactions.',
  arguments: {
    'bootstrap-server': {
      metavar: 'BOOTSTRAP-SERVER',
      help: 'Which brokers to ask first. It wins over bootstrap.servers of --command-property and --command-config.',
    },
    topic: { metavar: 'TOPIC', required: true, help: 'Where to send them.' },
    'num-records': { metavar: 'NUM-RECORDS', required: true, type: 'long', help: 'How many to send.' },
    'record-size': {
      metavar: 'RECORD-SIZE',
      type: 'int',
      group: 'payload',
      help: 'How many bytes a value has; they are capital letters, drawn at random.',
    },
    'payload-file': {
      metavar: 'PAYLOAD-FILE',
      group: 'payload',
      help: 'A file of text in UTF-8 with values, one of which is drawn for each record.',
    },
    'payload-monotonic': { kind: 'flag', group: 'payload', help: 'The values are 0, 1, 2 and so on.' },
    'payload-delimiter': {
      metavar: 'PAYLOAD-DELIMITER',
      default: String.raw`\n`,
      help: 'What stands between the values in the file of --payload-file, as a regular expression.',
    },
    throughput: {
      metavar: 'THROUGHPUT',
      required: true,
      type: 'double',
      help: 'About so many records a second, and no more. With -1: as many as go.',
    },
    'producer-props': {
      kind: 'list',
      metavar: 'PROP-NAME=PROP-VALUE',
      help: '(DEPRECATED) Like --command-property, which is its name now.',
    },
    'command-property': {
      kind: 'list',
      metavar: 'PROP-NAME=PROP-VALUE',
      help: 'Settings of the producer, as in --command-property linger.ms=10 batch.size=32768. They win over those of a file.',
    },
    'producer.config': { metavar: 'CONFIG-FILE', help: '(DEPRECATED) Like --command-config, which is its name now.' },
    'command-config': { metavar: 'CONFIG-FILE', help: 'A properties file of the producer.' },
    'print-metrics': { kind: 'flag', help: 'Show all metrics of the producer at the end.' },
    'transactional-id': {
      metavar: 'TRANSACTIONAL-ID',
      help: 'Send in transactions, with this id. It wins over transactional.id among the properties. Without any there is performance-producer- and a random word.',
    },
    'transaction-duration-ms': {
      metavar: 'TRANSACTION-DURATION',
      type: 'long',
      help: 'Send in transactions, and commit each after so many milliseconds; 3000 where only an id is given.',
    },
    'warmup-records': {
      metavar: 'WARMUP-RECORDS',
      type: 'long',
      default: 0,
      help: 'So many records come first, and are left out of a second line at the end.',
    },
    'reporting-interval': { metavar: 'INTERVAL-MS', type: 'long', default: 5000, help: 'How often to say how it goes, in milliseconds.' },
  },
  groups: { payload: { description: exactlyOne, required: true } },
})

export type Options = ReturnType<typeof parser.parse>
