import { OptionParser } from '../options/joptsimple.ts'

export const lineReaderClass = 'org.apache.kafka.tools.LineMessageReader'

const readerProperties = `
How a line is read, as name=value. There are, with their defaults:
 parse.key=false
 parse.headers=false
 ignore.error=false
 key.separator=\\t
 headers.delimiter=\\t
 headers.separator=,
 headers.key.separator=:
 null.marker=   (a key, a value or the value of a header that reads so is null)
Headers come first, then the key, then the value: with parse.headers=true and parse.key=true
 "h1:v1,h2:v2...\\tkey\\tvalue"`.trim()

export const parser = new OptionParser({
  topic: { doc: 'REQUIRED: Which topic gets the records.', argument: 'topic' },
  'bootstrap-server': { doc: 'REQUIRED: Which brokers to ask first, as HOST1:PORT1,HOST2:PORT2.', argument: 'server to connect to' },
  sync: { doc: 'Wait for the acknowledgement of each record before the next one is sent.' },
  'compression-codec': {
    doc: "How records are compressed: 'none', 'gzip', 'snappy', 'lz4' or 'zstd'; without an argument 'gzip'.",
    optionalArgument: 'compression-codec',
  },
  'batch-size': {
    doc: 'Up to so many bytes of records for one partition travel together (batch.size). --max-partition-memory-bytes wins over it.',
    argument: 'size',
    type: 'int',
    default: 16_384,
  },
  'message-send-max-retries': {
    doc: 'How often a record is sent again before it is given up (retries).',
    argument: '',
    type: 'int',
    default: 3,
  },
  'retry-backoff-ms': { doc: 'How long to wait before that (retry.backoff.ms).', argument: '', type: 'long', default: 100 },
  timeout: {
    doc: 'How long records wait for others to travel with, in milliseconds (linger.ms). Without effect beside --sync.',
    argument: 'timeout_ms',
    type: 'long',
    default: 1000,
  },
  'request-required-acks': {
    doc: 'Who must have a record before it counts as sent (acks).',
    argument: 'request required acks',
    default: '-1',
  },
  'request-timeout-ms': {
    doc: 'How long to wait for the answer of a broker (request.timeout.ms). More than 0.',
    argument: 'request timeout ms',
    type: 'int',
    default: 1500,
  },
  'metadata-expiry-ms': {
    doc: 'After so long it is asked again which broker has which partition (metadata.max.age.ms).',
    argument: 'metadata expiration interval',
    type: 'long',
    default: 300_000,
  },
  'max-block-ms': {
    doc: 'How long to wait for memory or metadata when a record is sent (max.block.ms).',
    argument: 'max block on send',
    type: 'long',
    default: 60_000,
  },
  'max-memory-bytes': {
    doc: 'How many bytes of records may wait to be sent (buffer.memory).',
    argument: 'total memory in bytes',
    type: 'long',
    default: 33_554_432,
  },
  'max-partition-memory-bytes': {
    doc: '(Deprecated) Like --batch-size, which is its name now.',
    argument: 'memory in bytes per partition',
    type: 'int',
    default: 16_384,
  },
  'line-reader': {
    doc: 'The class that makes records of what is read. There is one, which makes a record of each line.',
    argument: 'reader_class',
    default: lineReaderClass,
  },
  'socket-buffer-size': {
    doc: 'How large the buffers of sockets are (send.buffer.bytes).',
    argument: 'size',
    type: 'int',
    default: 102_400,
  },
  property: { doc: '(DEPRECATED) Like --reader-property, which is its name now.', argument: 'prop' },
  'reader-property': { doc: readerProperties, argument: 'prop' },
  'reader-config': { doc: 'A file with properties of the reader. --reader-property wins over it.', argument: 'config file' },
  'producer-property': { doc: '(DEPRECATED) Like --command-property, which is its name now.', argument: 'producer_prop' },
  'command-property': { doc: 'A setting of the producer, as name=value.', argument: 'producer_prop' },
  'producer.config': { doc: '(DEPRECATED) Like --command-config, which is its name now.', argument: 'config file' },
  'command-config': { doc: 'A file with settings of the producer. --command-property wins over it.', argument: 'config file' },
})

export type ProducerToolOptions = ReturnType<typeof parser.parse>
