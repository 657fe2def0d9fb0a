import { ElectLeaders } from '@odradek/protocol/messages'
import type { Partitions, TopicPartition } from '../partitions.ts'
import type { Waiting } from '../waiting.ts'
import { checkPartitions, refuse } from './check.ts'
import { partitionOf, partitions, perTopic } from './keys.ts'
import { question, unlessFailed, verdict } from './operation.ts'
import type { Operation, Verdict, Verdicts } from './operation.ts'
import type { PerItem } from './per-item.ts'
import type { Runner } from './runner.ts'
import { controller } from './targets/brokers.ts'

/** PREFERRED: the first of the replicas, if it is in sync. UNCLEAN: any that lives, at the price of records (KIP-460). */
export type ElectionType = 'PREFERRED' | 'UNCLEAN'

const numbers = { PREFERRED: 0, UNCLEAN: 1 } as const satisfies Record<ElectionType, number>

export interface ElectionsAdmin {
  /**
   * Elects leaders anew: of some partitions, or of all that need it.
   *
   * Rejects with ELECTION_NOT_NEEDED where the leader is the right one already, PREFERRED_LEADER_NOT_AVAILABLE, ELIGIBLE_LEADERS_NOT_AVAILABLE.
   *
   * ```ts
   * for (const [partition, outcome] of await admin.electLeaders('PREFERRED').settled()) console.log(partition, outcome.ok)
   * ```
   */
  electLeaders(electionType: ElectionType, partitions?: Partitions, options?: Waiting): PerItem<TopicPartition, void>
}

export function electionsAdmin(runner: Runner): ElectionsAdmin {
  return {
    electLeaders(electionType, asked, options) {
      if (!Object.hasOwn(numbers, electionType)) refuse('electLeaders', `electionType is ${electionType}`, 'Give PREFERRED or UNCLEAN.')
      if (asked !== undefined) checkPartitions('electLeaders', asked)
      return runner.itemsFrom(electLeaders(electionType, asked), partitions, (asked ?? []).map(partitionOf), options)
    },
  }
}

function electLeaders(electionType: ElectionType, asked: Partitions | undefined): Operation<undefined, Verdicts<TopicPartition, void>> {
  const topicPartitions = asked && perTopic(asked, (topic, of) => ({ topic, partitions: of.map(({ partition }) => partition) }))
  return {
    name: 'electLeaders',
    target: controller(),
    ask: question({
      api: ElectLeaders,
      minVersion: electionType === 'UNCLEAN' ? 1 : 0,
      request: (_keys, { timeoutMs }) => ({ electionType: numbers[electionType], topicPartitions: topicPartitions ?? null, timeoutMs }),
      read: (answer, keys) =>
        unlessFailed(answer, keys, () => {
          const value = answer.replicaElectionResults.flatMap(({ topic, partitionResult }) =>
            partitionResult.map((result): readonly [TopicPartition, Verdict<void>] => [
              { topic, partition: result.partitionId },
              verdict(result, () => undefined),
            ]),
          )
          return [[undefined, { value }]]
        }),
    }),
  }
}
