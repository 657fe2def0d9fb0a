import type { Assignor } from '../../assignor.ts'
import type { TopicPartition } from '../../partitions.ts'
import { subscribedPartitions } from './subscribed-topics.ts'

/**
 * What kafkajs does when nothing else was chosen, for the time in which a group goes over to this client: list it behind the assignor that is to
 * be used, until the last member with kafkajs has gone.
 *
 * Members by id, partitions in the order of the subscription and their number, in a circle. Subscriptions are not looked at, so all members must have the same.
 */
export const kafkajsRoundRobin: Assignor = {
  name: 'RoundRobinAssigner',
  protocols: ['eager'],
  assign(cluster, members) {
    const order = [...members.keys()].toSorted()
    const dealt = order.map((): TopicPartition[] => [])
    let next = 0
    for (const [topic, partitions] of subscribedPartitions(cluster, members)) {
      for (const { partition } of partitions) dealt[next++ % dealt.length]?.push({ topic, partition })
    }
    return new Map(order.map((member, index) => [member, { partitions: dealt[index] ?? [] }]))
  },
}
