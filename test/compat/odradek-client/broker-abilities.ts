import { ApiVersions } from '@odradek/protocol/messages'
import { WireClient } from '@odradek/testing'

/** What a scenario can need that not every broker has. */
export type Need = keyof typeof tests

/** What the broker at an address can do, by its own words: its answer to ApiVersions, not our client's reading of it. */
export interface BrokerAbilities {
  /** What of these it lacks, as a reason for people. */
  lacking(needs: readonly Need[]): string | undefined
  /** That API, or that version of it. */
  announces(apiKey: number, version?: number): boolean
  /** The finalized level of a feature; 0 when there is none. */
  level(feature: string): number
}

type Asked = Omit<BrokerAbilities, 'lacking'>

const tests = {
  'automatic creation of topics': { isThere: () => true, why: '' },
  transactions: { isThere: (broker: Asked) => broker.announces(22) && broker.announces(26), why: 'it does not announce EndTxn' },
  'transactions, second version': {
    isThere: (broker: Asked) => broker.announces(26) && broker.level('transaction.version') >= 2,
    why: 'transaction.version is below 2',
  },
  'KIP-848 groups': {
    isThere: (broker: Asked) => broker.announces(68) && broker.level('group.version') >= 1,
    why: 'it does not announce ConsumerGroupHeartbeat, or group.version is 0',
  },
  'static members': served('JoinGroup', [11, 5]),
  'generations in transactions': served('TxnOffsetCommit', [28, 3]),
  'offsets that are stable': served('OffsetFetch', [9, 7]),
  'a new epoch after a failed transaction': served('InitProducerId', [22, 3]),
  'single changes of settings': served('IncrementalAlterConfigs', 44),
  'deletion of single offsets': served('OffsetDelete', 47),
  'groups by state': served('ListGroups', [16, 4]),
  'groups that are not there': served('DescribeGroups', [15, 6]),
  'offset of the largest timestamp': served('ListOffsets', [2, 7]),
  'earliest local offset': served('ListOffsets', [2, 8]),
  'topics by id': served('Metadata', [3, 12]),
  'elections of leaders': served('ElectLeaders', 43),
  'changes of features': served('UpdateFeatures', [57, 1]),
  'list of brokers with settings': served('ListConfigResources', [74, 1]),
  'list of client metrics': served('ListConfigResources', 74),
  'producers of a partition': served('DescribeProducers', 61),
  ACLs: served('DescribeAcls', 29, 30, 31),
  'SCRAM credentials': served('DescribeUserScramCredentials', 50, 51),
  'client quotas': served('DescribeClientQuotas', 48, 49),
  'delegation tokens': served('CreateDelegationToken', 38, 39, 40, 41),
  reassignments: served('AlterPartitionReassignments', 45),
  'log directory moves': served('AlterReplicaLogDirs', 34),
  'share groups': served('ShareGroupDescribe', 77, 90, 91, 92),
  'streams groups': served('StreamsGroupDescribe', 89),
  'metadata quorum': served('DescribeQuorum', 55),
  'raft voters': served('AddRaftVoter', 80, 81),
  'removing brokers': served('UnregisterBroker', 64),
  'listing of transactions': served('ListTransactions', 65, 66, 27),
} as const

/** APIs, or an API from a version on. */
function served(
  name: string,
  ...apis: readonly (number | readonly [apiKey: number, version: number])[]
): { isThere: (broker: Asked) => boolean; why: string } {
  const wanted = apis.map((api) => (typeof api === 'number' ? ([api, 0] as const) : api))
  const [[, version] = [0, 0]] = wanted
  return {
    isThere: (broker) => wanted.every(([apiKey, from]) => broker.announces(apiKey, from)),
    why: `it does not announce ${name}${version === 0 ? '' : ` ${version}`}`,
  }
}

export async function askAbilities(bootstrap: string): Promise<BrokerAbilities> {
  const [host = '', port = ''] = bootstrap.split(',')[0]?.split(/:(?=\d+$)/) ?? []
  await using client = await WireClient.connect({ host, port: Number(port) })
  // Version 0 is understood by all, and tells whether features can be asked for (3, from Kafka 2.4 on).
  const first = await client.call(ApiVersions, {}, 0)
  const hasFeatures = first.apiKeys.some(({ apiKey, maxVersion }) => apiKey === ApiVersions.key && maxVersion >= 3)
  const asking = { clientSoftwareName: 'odradek-compat', clientSoftwareVersion: '1' }
  const answer = hasFeatures ? await client.call(ApiVersions, asking, 3) : first
  const newest = new Map(answer.apiKeys.map(({ apiKey, maxVersion }) => [apiKey, maxVersion]))
  const levels = new Map(answer.finalizedFeatures.map(({ name, maxVersionLevel }) => [name, maxVersionLevel]))
  const asked: Asked = {
    announces: (apiKey, version = 0) => (newest.get(apiKey) ?? -1) >= version,
    level: (feature) => levels.get(feature) ?? 0,
  }
  return {
    ...asked,
    lacking: (needs) =>
      needs
        .filter((need) => !tests[need].isThere(asked))
        .map((need) => `${need}: ${tests[need].why}`)
        .join('; ') || undefined,
  }
}
