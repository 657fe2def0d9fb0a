import { pageCache } from '../bench-case.ts'
import type { LoadCase } from '../bench-case.ts'
import { percentiles, underLoad } from '../measured.ts'

/** Without the three seconds that a new group waits for more members, which would be all that one sees. */
const settings: LoadCase['settings'] = {
  odradek: { ...pageCache.odradek, 'group.initial.rebalance.delay.ms': '0' },
  'apache-kafka': { ...pageCache['apache-kafka'], 'group.initial.rebalance.delay.ms': '0' },
}

export const groupCases: readonly LoadCase[] = [
  {
    kind: 'load',
    name: 'groups-100-join',
    question: '100 classic groups of one member join at once',
    shows: { formedSeconds: undefined, cpuPerGroupMillis: { atMost: 1 / 3 } },
    settings,
    async run({ broker, load, topic }) {
      const groups = 100
      const { result, cost } = await underLoad(broker, () => load.run('groups', { port: broker.port, groups, prefix: topic, topic }))
      return { ...cost, formedSeconds: result.numbers['formedSeconds'] ?? 0, cpuPerGroupMillis: ((cost['cpuSeconds'] ?? 0) / groups) * 1e3 }
    },
  },
  rebalanceCase(10),
  rebalanceCase(50),
]

function rebalanceCase(members: number): LoadCase {
  return {
    kind: 'load',
    name: `rebalance-${members}`,
    question: `a classic group of ${members} members rebalances: all join again, until all have synced`,
    shows: { p50: { atMost: 1 }, p99: undefined, max: undefined },
    settings,
    async run({ broker, load, topic, seconds }) {
      const rounds = Math.ceil(seconds * 10)
      const { result, cost } = await underLoad(broker, () =>
        load.run('groups', { port: broker.port, members, rounds, prefix: topic, topic }),
      )
      return { ...cost, ...percentiles(result.distributions['rebalance']) }
    },
  }
}
