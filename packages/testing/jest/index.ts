// Jest takes the environment that is the default of its module.
export { KafkaEnvironment as default } from './kafka-environment.ts'
