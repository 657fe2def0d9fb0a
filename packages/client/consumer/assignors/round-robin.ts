import type { Assignor } from '../../assignor.ts'
import type { TopicPartition } from '../../partitions.ts'
import { inMemberOrder } from './member-order.ts'
import { subscribedPartitions } from './subscribed-topics.ts'
import { compareText } from './text.ts'

/** All partitions, by topic and number, dealt in a circle; members without the topic are passed over. */
export const roundRobin: Assignor = {
  name: 'roundrobin',
  protocols: ['eager'],
  assign(cluster, members) {
    const order = inMemberOrder(members)
    const dealt = new Map<string, TopicPartition[]>(order.map((member) => [member, []]))
    const known = subscribedPartitions(cluster, members)
    const topicsOf = new Map([...members].map(([member, { topics }]) => [member, new Set(topics)]))
    let next = 0
    for (const topic of [...known.keys()].toSorted(compareText)) {
      for (const { partition } of known.get(topic) ?? []) {
        while (topicsOf.get(order[next % order.length] ?? '')?.has(topic) !== true) next++
        dealt.get(order[next++ % order.length] ?? '')?.push({ topic, partition })
      }
    }
    return new Map([...dealt].map(([member, partitions]) => [member, { partitions }]))
  },
}
