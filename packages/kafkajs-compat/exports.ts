export { Kafka } from './kafka.ts'
export { AssignerProtocol } from './assigner-protocol.ts'
export { PartitionAssigners } from './assigners.ts'
export { CompressionCodecs } from './compression-codecs.ts'
export {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  CompressionTypes,
  ConfigResourceTypes,
  ConfigSource,
  logLevel,
  ResourcePatternTypes,
} from './enums.ts'
export * from './errors.ts'
export { Partitioners } from './partitioners.ts'

export type * from './types/admin.ts'
export type * from './types/cluster.ts'
export type * from './types/config.ts'
export type * from './types/consumer.ts'
export type * from './types/errors.ts'
export type * from './types/events.ts'
export type * from './types/logging.ts'
export type * from './types/offsets.ts'
export type * from './types/producer.ts'
