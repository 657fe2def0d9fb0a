export { RunningBroker, startBroker } from './start-broker.ts'
export type { StartBrokerOptions, TopicOptions } from './start-broker.ts'
export { encodeRequest, WireClient } from './wire-client.ts'
