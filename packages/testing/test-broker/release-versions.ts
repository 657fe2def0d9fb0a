import { UserError } from '@odradek/common/errors'

/**
 * The newest version of each API that brokers of Apache Kafka announce to clients, from the release on in which it came. It is what `ApiKeys` in the
 * `kafka-clients` jar of each release says, without versions that were not finished; the new group protocol is there from 4.0 on, where it needs no setting.
 */
const newest: Readonly<Record<string, string>> = {
  Produce: '2.1:7 2.4:8 2.8:9 3.7:10 3.8:11 4.0:12 4.1:13',
  Fetch: '2.1:10 2.3:11 2.7:12 3.1:13 3.5:15 3.7:16 3.9:17 4.1:18',
  ListOffsets: '2.1:4 2.2:5 2.8:6 3.0:7 3.5:8 3.9:9 4.0:10 4.2:11',
  Metadata: '2.1:7 2.3:8 2.4:9 2.8:11 3.1:12 4.0:13',
  OffsetCommit: '2.1:6 2.3:7 2.4:8 3.7:9 4.2:10',
  OffsetFetch: '2.1:5 2.4:6 2.5:7 3.0:8 3.7:9 4.2:10',
  FindCoordinator: '2.1:2 2.4:3 3.0:4 3.8:5 3.9:6',
  JoinGroup: '2.1:3 2.2:4 2.3:5 2.4:6 2.5:7 3.2:9',
  Heartbeat: '2.1:2 2.3:3 2.4:4',
  LeaveGroup: '2.1:2 2.4:4 3.2:5',
  SyncGroup: '2.1:2 2.3:3 2.4:4 2.5:5',
  DescribeGroups: '2.1:2 2.3:3 2.4:5 4.0:6',
  ListGroups: '2.1:2 2.4:3 2.6:4 3.8:5',
  SaslHandshake: '2.1:1',
  ApiVersions: '2.1:2 2.4:3 3.9:4',
  CreateTopics: '2.1:3 2.4:5 2.7:6 2.8:7',
  DeleteTopics: '2.1:3 2.4:4 2.7:5 2.8:6',
  DeleteRecords: '2.1:1 2.6:2',
  InitProducerId: '2.1:1 2.4:2 2.5:3 2.7:4 3.8:5',
  OffsetForLeaderEpoch: '2.1:2 2.3:3 2.8:4',
  AddPartitionsToTxn: '2.1:1 2.7:2 2.8:3 3.6:4 3.8:5',
  AddOffsetsToTxn: '2.1:1 2.7:2 2.8:3 3.8:4',
  EndTxn: '2.1:1 2.7:2 2.8:3 3.8:4 4.0:5',
  WriteTxnMarkers: '2.1:0 2.8:1 4.2:2',
  TxnOffsetCommit: '2.1:2 2.5:3 3.8:4 4.0:5',
  DescribeAcls: '2.1:1 2.5:2 3.3:3',
  CreateAcls: '2.1:1 2.5:2 3.3:3',
  DeleteAcls: '2.1:1 2.5:2 3.3:3',
  DescribeConfigs: '2.1:2 2.6:3 2.8:4',
  AlterConfigs: '2.1:1 2.8:2',
  AlterReplicaLogDirs: '2.1:1 2.8:2',
  DescribeLogDirs: '2.1:1 2.6:2 3.2:3 3.3:4 4.3:5',
  SaslAuthenticate: '2.1:0 2.2:1 2.5:2',
  CreatePartitions: '2.1:1 2.5:2 2.7:3',
  CreateDelegationToken: '2.1:1 2.4:2 3.3:3',
  RenewDelegationToken: '2.1:1 2.5:2',
  ExpireDelegationToken: '2.1:1 2.5:2',
  DescribeDelegationToken: '2.1:1 2.5:2 3.3:3',
  DeleteGroups: '2.1:1 2.4:2',
  ElectLeaders: '2.2:0 2.4:2',
  IncrementalAlterConfigs: '2.3:0 2.4:1',
  AlterPartitionReassignments: '2.4:0 4.1:1',
  ListPartitionReassignments: '2.4:0',
  OffsetDelete: '2.4:0',
  DescribeClientQuotas: '2.6:0 2.8:1',
  AlterClientQuotas: '2.6:0 2.8:1',
  DescribeUserScramCredentials: '2.7:0',
  AlterUserScramCredentials: '2.7:0',
  DescribeQuorum: '2.7:0 3.3:1 3.9:2',
  UpdateFeatures: '2.7:0 3.3:1 4.0:2',
  DescribeCluster: '2.8:0 3.7:1 4.0:2',
  DescribeProducers: '2.8:0',
  UnregisterBroker: '2.8:0',
  DescribeTransactions: '3.0:0',
  ListTransactions: '3.0:0 3.8:1 4.1:2',
  ConsumerGroupHeartbeat: '4.0:1',
  ConsumerGroupDescribe: '4.0:1',
  GetTelemetrySubscriptions: '3.7:0',
  PushTelemetry: '3.7:0',
  ListConfigResources: '3.7:0 4.1:1',
  DescribeTopicPartitions: '3.8:0',
  ShareGroupDescribe: '4.1:1',
  AddRaftVoter: '3.9:0 4.2:1',
  RemoveRaftVoter: '3.9:0',
  StreamsGroupDescribe: '4.2:0',
  DescribeShareGroupOffsets: '4.1:0 4.2:1',
  AlterShareGroupOffsets: '4.1:0',
  DeleteShareGroupOffsets: '4.1:0',
}

/** All minor releases that clients of today still speak to (KIP-896), in their order. */
const releases = '2.1 2.2 2.3 2.4 2.5 2.6 2.7 2.8 3.0 3.1 3.2 3.3 3.4 3.5 3.6 3.7 3.8 3.9 4.0 4.1 4.2 4.3'.split(' ')

/** A release, as text: `3.5`, or `3.5.2`, which speaks as 3.5 does. Throws a `UserError` for one that is not known. */
export function knownRelease(text: string): string {
  const release = /^\d+\.\d+/.exec(text)?.[0] ?? ''
  if (releases.includes(release)) return release
  throw new UserError(
    `There is no release '${text}' to look like: choose one from ${releases[0]} to ${releases.at(-1)}, as in asVersion: '3.5'`,
  )
}

/** The newest version that a broker of this release has of an API; undefined when it does not have it. */
export function newestVersion(api: string, release: string): number | undefined {
  const at = releases.indexOf(release)
  let found: number | undefined
  for (const step of newest[api]?.split(' ') ?? []) {
    const [since = '', version] = step.split(':')
    if (releases.indexOf(since) <= at) found = Number(version)
  }
  return found
}
