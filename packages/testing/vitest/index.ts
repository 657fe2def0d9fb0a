export { globalSetup, setup, teardown } from './global-setup.ts'
export { kafkaFixture } from './kafka-fixture.ts'
export type { KafkaFixture } from './kafka-fixture.ts'
