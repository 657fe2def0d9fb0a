import type { FeatureRange } from '../image/broker-image.ts'

/** Settings of the broker that decisions need, as they are now. */
export interface ControllerSettings {
  readonly nodeId: number
  /** `num.partitions` */
  readonly numPartitions: number
  /** `default.replication.factor` */
  readonly defaultReplicationFactor: number
  /** `broker.max.partitions`: how many replicas a broker may have. Topics that brokers make for themselves are not refused. */
  readonly maxPartitionsPerBroker: number
  /** `delete.topic.enable` */
  readonly deleteTopicEnable: boolean
  /** Levels of features that this program can work at. */
  readonly supportedFeatures: ReadonlyMap<string, FeatureRange>
}
