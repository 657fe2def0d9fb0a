import { ApiVersions } from '@odradek/protocol/messages'
import { WireClient } from '@odradek/testing'

/** What a scenario can need that not every broker has. */
export type Need = keyof typeof tests

/** What the broker at an address can do, by its own words: its answer to ApiVersions, not our client's reading of it. */
export interface BrokerAbilities {
  /** What of these it lacks, as a reason for people. */
  lacking(needs: readonly Need[]): string | undefined
  announces(apiKey: number): boolean
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

function served(name: string, ...apiKeys: readonly number[]): { isThere: (broker: Asked) => boolean; why: string } {
  return { isThere: (broker) => apiKeys.every((apiKey) => broker.announces(apiKey)), why: `it does not announce ${name}` }
}

export async function askAbilities(bootstrap: string): Promise<BrokerAbilities> {
  const [host = '', port = ''] = bootstrap.split(',')[0]?.split(/:(?=\d+$)/) ?? []
  await using client = await WireClient.connect({ host, port: Number(port) })
  const answer = await client.call(ApiVersions, { clientSoftwareName: 'odradek-compat', clientSoftwareVersion: '1' }, 3)
  const keys = new Set(answer.apiKeys.map(({ apiKey }) => apiKey))
  const levels = new Map(answer.finalizedFeatures.map(({ name, maxVersionLevel }) => [name, maxVersionLevel]))
  const asked: Asked = { announces: (apiKey) => keys.has(apiKey), level: (feature) => levels.get(feature) ?? 0 }
  return {
    ...asked,
    lacking: (needs) =>
      needs
        .filter((need) => !tests[need].isThere(asked))
        .map((need) => `${need}: ${tests[need].why}`)
        .join('; ') || undefined,
  }
}
