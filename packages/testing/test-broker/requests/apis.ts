import type {
  AlterConfigs,
  ApiVersions,
  CreatePartitions,
  CreateTopics,
  DeleteGroups,
  DeleteRecords,
  DeleteTopics,
  DescribeCluster,
  DescribeConfigs,
  DescribeGroups,
  DescribeLogDirs,
  DescribeProducers,
  DescribeTopicPartitions,
  ElectLeaders,
  Fetch,
  FindCoordinator,
  Heartbeat,
  IncrementalAlterConfigs,
  InitProducerId,
  JoinGroup,
  LeaveGroup,
  ListConfigResources,
  ListGroups,
  ListOffsets,
  ListPartitionReassignments,
  Metadata,
  OffsetCommit,
  OffsetDelete,
  OffsetFetch,
  OffsetForLeaderEpoch,
  Produce,
  SyncGroup,
  UpdateFeatures,
} from '@odradek/protocol/messages'
import type { RequestOf, ResponseDraft } from '@odradek/protocol/schema'

/** The APIs that the broker serves, by Kafka's names. */
export interface Apis {
  readonly AlterConfigs: typeof AlterConfigs
  readonly ApiVersions: typeof ApiVersions
  readonly CreatePartitions: typeof CreatePartitions
  readonly CreateTopics: typeof CreateTopics
  readonly DeleteGroups: typeof DeleteGroups
  readonly DeleteRecords: typeof DeleteRecords
  readonly DeleteTopics: typeof DeleteTopics
  readonly DescribeCluster: typeof DescribeCluster
  readonly DescribeConfigs: typeof DescribeConfigs
  readonly DescribeGroups: typeof DescribeGroups
  readonly DescribeLogDirs: typeof DescribeLogDirs
  readonly DescribeProducers: typeof DescribeProducers
  readonly DescribeTopicPartitions: typeof DescribeTopicPartitions
  readonly ElectLeaders: typeof ElectLeaders
  readonly Fetch: typeof Fetch
  readonly FindCoordinator: typeof FindCoordinator
  readonly Heartbeat: typeof Heartbeat
  readonly IncrementalAlterConfigs: typeof IncrementalAlterConfigs
  readonly InitProducerId: typeof InitProducerId
  readonly JoinGroup: typeof JoinGroup
  readonly LeaveGroup: typeof LeaveGroup
  readonly ListConfigResources: typeof ListConfigResources
  readonly ListGroups: typeof ListGroups
  readonly ListOffsets: typeof ListOffsets
  readonly ListPartitionReassignments: typeof ListPartitionReassignments
  readonly Metadata: typeof Metadata
  readonly OffsetCommit: typeof OffsetCommit
  readonly OffsetDelete: typeof OffsetDelete
  readonly OffsetFetch: typeof OffsetFetch
  readonly OffsetForLeaderEpoch: typeof OffsetForLeaderEpoch
  readonly Produce: typeof Produce
  readonly SyncGroup: typeof SyncGroup
  readonly UpdateFeatures: typeof UpdateFeatures
}

/** Kafka's name of an API: `Produce`, `Fetch`, `OffsetCommit`, … */
export type ApiName = keyof Apis

/** A request's fields, as they were decoded. */
export type RequestBody<A extends ApiName = ApiName> = { readonly [N in A]: RequestOf<Apis[N]> }[A]

/** An answer's fields; those that have a default may be left out. */
export type ResponseBody<A extends ApiName = ApiName> = { readonly [N in A]: ResponseDraft<Apis[N]> }[A]

/** A request that came to the broker. */
export interface BrokerRequest<A extends ApiName = ApiName> {
  readonly api: A
  readonly version: number
  /** As the client calls itself; empty when it gave no name. */
  readonly clientId: string
  /** Which connection it came on: they are counted from 1. */
  readonly connection: number
  /** When it came, by the clock of the broker, in milliseconds since 1970. */
  readonly atMs: number
  readonly body: RequestBody<A>
}
