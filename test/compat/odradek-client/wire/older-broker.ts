import { apiByKey, ApiVersions } from '@odradek/protocol/messages'
import { changing, InterferingDialler } from './interference.ts'

/** What an older broker would announce. */
export interface Older {
  /** The highest version of an API, by its name; 0 versions at all: undefined. */
  readonly apis?: Readonly<Record<string, number | undefined>> | undefined
  readonly features?: Readonly<Record<string, number>>
}

/**
 * The broker as if it were an older one: its answer to ApiVersions is cut down. Whatever our client then sends has to be of those versions, which
 * the dialler checks.
 */
export function asBefore({ apis = {}, features = {} }: Older): InterferingDialler {
  const limit = new Map(Object.entries(apis))
  return new InterferingDialler(({ api, version }) => {
    const max = limit.get(api.name)
    if (api !== ApiVersions && limit.has(api.name) && (max === undefined || version > max)) {
      throw new Error(`${api.name} in version ${version}, though the broker said ${max ?? 'that it has none'}`)
    }
    if (api.key !== ApiVersions.key) return undefined
    return changing(ApiVersions, (answer) => ({
      ...answer,
      apiKeys: answer.apiKeys.flatMap((announced) => {
        const name = apiByKey(announced.apiKey)?.name ?? ''
        if (!limit.has(name)) return [announced]
        const most = limit.get(name)
        return most === undefined || most < announced.minVersion ? [] : [{ ...announced, maxVersion: Math.min(announced.maxVersion, most) }]
      }),
      finalizedFeatures: answer.finalizedFeatures.flatMap((feature) => {
        const level = features[feature.name]
        if (level === undefined) return [feature]
        return level === 0 ? [] : [{ ...feature, maxVersionLevel: level, minVersionLevel: level }]
      }),
    }))
  })
}

/** Everything that the broker's ApiVersions would not have named: those above are not there. */
function onlyThese(versions: Readonly<Record<string, number>>): Older['apis'] {
  const all = Object.fromEntries(Array.from({ length: 93 }, (_, key) => [apiByKey(key)?.name ?? '', undefined]))
  return { ...all, ...versions }
}

/** The newest versions of Apache Kafka's releases, of the APIs that a client uses. From their message definitions. */
export const releases = {
  '2.1': onlyThese({
    Produce: 7,
    Fetch: 10,
    ListOffsets: 4,
    Metadata: 7,
    OffsetCommit: 6,
    OffsetFetch: 5,
    FindCoordinator: 2,
    JoinGroup: 3,
    Heartbeat: 2,
    LeaveGroup: 2,
    SyncGroup: 2,
    DescribeGroups: 2,
    ListGroups: 2,
    SaslHandshake: 1,
    ApiVersions: 2,
    CreateTopics: 3,
    DeleteTopics: 3,
    DeleteRecords: 1,
    InitProducerId: 1,
    OffsetForLeaderEpoch: 2,
    AddPartitionsToTxn: 1,
    AddOffsetsToTxn: 1,
    EndTxn: 1,
    TxnOffsetCommit: 2,
    DescribeAcls: 1,
    CreateAcls: 1,
    DeleteAcls: 1,
    DescribeConfigs: 2,
    AlterConfigs: 1,
    AlterReplicaLogDirs: 1,
    DescribeLogDirs: 1,
    SaslAuthenticate: 0,
    CreatePartitions: 1,
    DeleteGroups: 1,
  }),
  '2.8': onlyThese({
    Produce: 9,
    Fetch: 12,
    ListOffsets: 6,
    Metadata: 11,
    OffsetCommit: 8,
    OffsetFetch: 7,
    FindCoordinator: 3,
    JoinGroup: 7,
    Heartbeat: 4,
    LeaveGroup: 4,
    SyncGroup: 5,
    DescribeGroups: 5,
    ListGroups: 4,
    SaslHandshake: 1,
    ApiVersions: 3,
    CreateTopics: 7,
    DeleteTopics: 6,
    DeleteRecords: 2,
    InitProducerId: 4,
    OffsetForLeaderEpoch: 4,
    AddPartitionsToTxn: 3,
    AddOffsetsToTxn: 3,
    EndTxn: 3,
    TxnOffsetCommit: 3,
    DescribeAcls: 2,
    CreateAcls: 2,
    DeleteAcls: 2,
    DescribeConfigs: 4,
    AlterConfigs: 2,
    DescribeLogDirs: 2,
    SaslAuthenticate: 2,
    CreatePartitions: 3,
    DeleteGroups: 2,
    ElectLeaders: 2,
    IncrementalAlterConfigs: 1,
    AlterPartitionReassignments: 0,
    ListPartitionReassignments: 0,
    OffsetDelete: 0,
    DescribeClientQuotas: 1,
    AlterClientQuotas: 1,
    DescribeUserScramCredentials: 0,
    AlterUserScramCredentials: 0,
    DescribeCluster: 0,
    DescribeProducers: 0,
  }),
  '3.9': onlyThese({
    Produce: 11,
    Fetch: 17,
    ListOffsets: 9,
    Metadata: 12,
    OffsetCommit: 9,
    OffsetFetch: 9,
    FindCoordinator: 6,
    JoinGroup: 9,
    Heartbeat: 4,
    LeaveGroup: 5,
    SyncGroup: 5,
    DescribeGroups: 5,
    ListGroups: 5,
    SaslHandshake: 1,
    ApiVersions: 4,
    CreateTopics: 7,
    DeleteTopics: 6,
    DeleteRecords: 2,
    InitProducerId: 5,
    OffsetForLeaderEpoch: 4,
    AddPartitionsToTxn: 5,
    AddOffsetsToTxn: 4,
    EndTxn: 4,
    TxnOffsetCommit: 4,
    DescribeAcls: 3,
    CreateAcls: 3,
    DeleteAcls: 3,
    DescribeConfigs: 4,
    AlterConfigs: 2,
    DescribeLogDirs: 4,
    SaslAuthenticate: 2,
    CreatePartitions: 3,
    DeleteGroups: 2,
    ElectLeaders: 2,
    IncrementalAlterConfigs: 1,
    AlterPartitionReassignments: 0,
    ListPartitionReassignments: 0,
    OffsetDelete: 0,
    DescribeCluster: 1,
    DescribeProducers: 0,
    DescribeTransactions: 0,
    ListTransactions: 1,
    ConsumerGroupHeartbeat: 0,
    ConsumerGroupDescribe: 0,
    DescribeTopicPartitions: 0,
  }),
} as const
