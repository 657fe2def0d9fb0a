export type {
  Delivery,
  Done,
  Producer,
  ProducerRecord,
  Raw,
  RecordMetadata,
  Records,
  Transaction,
  TransactionalProducer,
} from './producer.ts'
export { javaPartition, kafkajsLegacy, librdkafkaConsistent, librdkafkaConsistentRandom, roundRobin } from './partitioners/index.ts'
export { writable } from './node-writable.ts'
export type { WritableRecordsOptions } from './node-writable.ts'
export { writableStream } from './web-writable.ts'
