import type { Partitioner } from '../../partitioner.ts'

/** One partition after the other, whatever the keys, among those that have a leader. Each topic has its own turn. */
export function roundRobin(): Partitioner {
  const counters = new Map<string, number>()
  return {
    partition(topic, _key, _value, { count, available }) {
      const turn = counters.get(topic) ?? 0
      counters.set(topic, turn >= Number.MAX_SAFE_INTEGER ? 0 : turn + 1)
      return available.length === 0 ? turn % count : (available[turn % available.length] ?? 0)
    },
  }
}
