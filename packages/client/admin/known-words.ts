import { checkWords, waitingWords as waiting } from '../known-words.ts'
import type { WordsOf } from '../known-words.ts'
import type { Admin } from './admin.ts'

type Operation = Exclude<keyof Admin, symbol | 'metrics'>

/** By argument. */
type Arguments<Given extends readonly unknown[]> = { readonly [At in keyof Given]-?: WordsOf<Exclude<Given[At], undefined>> }

/** Says nothing that could be misspelled, or names partitions, and may say more. */
const none = {}
const changing = { ...waiting, validateOnly: 1 } as const
const quota = { ...waiting, retryOnQuotaViolation: 1 } as const
const describing = { ...waiting, includeAuthorizedOperations: 1 } as const
const acl = { resourceType: 1, resourceName: 1, patternType: 1, principal: 1, host: 1, operation: 1, permissionType: 1 } as const
const resource = { type: 1, name: 1 } as const

const words: { readonly [Name in Operation]: Arguments<Parameters<Admin[Name]>> } = {
  close: [{ timeoutMs: 1 }],
  createTopics: [
    { name: 1, partitions: 1, replicationFactor: 1, assignments: 1, config: 1 },
    { ...quota, validateOnly: 1 },
  ],
  deleteTopics: [{ topicIds: 1 }, quota],
  listTopics: [{ ...waiting, listInternal: 1 }],
  describeTopics: [{ topicIds: 1 }, { ...describing, partitionSizeLimitPerResponse: 1 }],
  createPartitions: [
    { topic: 1, totalCount: 1, assignments: 1 },
    { ...quota, validateOnly: 1 },
  ],
  deleteRecords: [none, waiting],
  listOffsets: [none, { ...waiting, isolationLevel: 1 }],
  describeConfigs: [resource, { ...waiting, includeSynonyms: 1, includeDocumentation: 1 }],
  incrementalAlterConfigs: [{ ...resource, ops: 1 }, changing],
  listConfigResources: [none, waiting],
  listClientMetricsResources: [waiting],
  describeCluster: [{ ...describing, includeFencedBrokers: 1 }],
  unregisterBroker: [none, waiting],
  listGroups: [{ ...waiting, states: 1, types: 1, protocolTypes: 1 }],
  listConsumerGroups: [{ ...waiting, states: 1, types: 1 }],
  deleteConsumerGroups: [none, waiting],
  deleteStreamsGroups: [none, waiting],
  deleteShareGroups: [none, waiting],
  describeConsumerGroups: [none, describing],
  describeClassicGroups: [none, describing],
  describeShareGroups: [none, describing],
  describeStreamsGroups: [none, describing],
  listConsumerGroupOffsets: [
    { groupId: 1, partitions: 1 },
    { ...waiting, requireStable: 1 },
  ],
  listStreamsGroupOffsets: [
    { groupId: 1, partitions: 1 },
    { ...waiting, requireStable: 1 },
  ],
  alterConsumerGroupOffsets: [none, none, waiting],
  alterStreamsGroupOffsets: [none, none, waiting],
  deleteConsumerGroupOffsets: [none, none, waiting],
  deleteStreamsGroupOffsets: [none, none, waiting],
  removeMembersFromConsumerGroup: [none, { memberId: 1, groupInstanceId: 1 }, { ...waiting, reason: 1 }],
  listShareGroupOffsets: [{ groupId: 1, partitions: 1 }, waiting],
  alterShareGroupOffsets: [none, none, waiting],
  deleteShareGroupOffsets: [none, none, waiting],
  describeAcls: [acl, waiting],
  createAcls: [acl, waiting],
  deleteAcls: [acl, waiting],
  describeClientQuotas: [{ components: 1, strict: 1 }, waiting],
  alterClientQuotas: [{ entity: 1, ops: 1 }, changing],
  describeUserScramCredentials: [none, waiting],
  alterUserScramCredentials: [{ user: 1, mechanism: 1, password: 1, iterations: 1, salt: 1, delete: 1 }, waiting],
  createDelegationToken: [{ ...waiting, owner: 1, renewers: 1, maxLifetimeMs: 1 }],
  renewDelegationToken: [none, { ...waiting, renewTimePeriodMs: 1 }],
  expireDelegationToken: [none, { ...waiting, expiryTimePeriodMs: 1 }],
  describeDelegationToken: [{ ...waiting, owners: 1 }],
  describeLogDirs: [none, waiting],
  describeApiVersions: [none, waiting],
  describeReplicaBatches: [none, { ...waiting, maxWaitMs: 1, maxPartitionFetchBytes: 1 }],
  describeReplicaLogDirs: [none, waiting],
  alterReplicaLogDirs: [none, waiting],
  alterPartitionReassignments: [none, { ...waiting, allowReplicationFactorChange: 1 }],
  listPartitionReassignments: [none, waiting],
  electLeaders: [none, none, waiting],
  listTransactions: [{ ...waiting, states: 1, producerIds: 1, runningLongerThanMs: 1, transactionalIdPattern: 1 }],
  describeTransactions: [none, waiting],
  describeProducers: [none, { ...waiting, brokerId: 1 }],
  abortTransaction: [none, waiting],
  fenceProducers: [none, waiting],
  forceTerminateTransaction: [none, waiting],
  describeFeatures: [{ ...waiting, brokerId: 1 }],
  updateFeatures: [{ feature: 1, maxVersionLevel: 1, upgradeType: 1 }, changing],
  describeMetadataQuorum: [waiting],
  addRaftVoter: [none, none, { listener: 1, host: 1, port: 1 }, { ...waiting, clusterId: 1 }],
  removeRaftVoter: [none, none, { ...waiting, clusterId: 1 }],
  clientInstanceId: [waiting],
}

/** Lets every operation refuse what it would ignore: `numPartitions` made a topic with one partition, and nobody knew why. */
export function refusingUnknownWords(admin: Admin): Admin {
  for (const [name, ofArguments] of Object.entries(words)) {
    const operation: unknown = Reflect.get(admin, name)
    if (typeof operation !== 'function') continue
    Reflect.set(admin, name, (...given: readonly unknown[]): unknown => {
      ofArguments.forEach((known, at) => {
        if (known !== none) checkWords(given[at], known, name)
      })
      return Reflect.apply(operation, admin, given)
    })
  }
  return admin
}
