export { kafkajsLegacy } from './kafkajs-legacy.ts'
export { librdkafkaConsistent, librdkafkaConsistentRandom } from './librdkafka.ts'
export { javaPartition } from './java.ts'
export { roundRobin } from './round-robin.ts'
