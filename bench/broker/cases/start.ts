import { setTimeout as sleep } from 'node:timers/promises'
import { watchNeighbours } from '../../measure/neighbours.ts'
import { useOf } from '../../measure/process.ts'
import { pageCache } from '../bench-case.ts'
import type { Goal, Measured, StartCase, StartRun } from '../bench-case.ts'

interface Shape {
  readonly name: string
  readonly question: string
  readonly topics: number
  readonly partitions: number
  /** How the broker before has ended. */
  readonly after: 'stop' | 'kill'
  readonly long?: boolean
  readonly pairs?: number
  readonly goals: Readonly<Record<string, Goal>>
}

const shown = ['startSeconds', 'connectSeconds', 'cpuSeconds', 'residentMegabytes'] as const
const twentieth = { startSeconds: { atMost: 1 / 20 }, cpuSeconds: { atMost: 1 / 20 } }

const shapes: readonly Shape[] = [
  { name: 'start', question: 'one topic', topics: 1, partitions: 1, after: 'stop', goals: twentieth },
  { name: 'start-topics-1000', question: '1000 topics', topics: 1000, partitions: 1, after: 'stop', goals: twentieth },
  {
    name: 'start-killed-topics-1000',
    question: '1000 topics, after kill -9',
    topics: 1000,
    partitions: 1,
    after: 'kill',
    goals: twentieth,
  },
  {
    name: 'start-partitions-10000',
    question: '10 000 partitions',
    topics: 10,
    partitions: 1000,
    after: 'stop',
    long: true,
    pairs: 1,
    goals: twentieth,
  },
  {
    name: 'start-killed-partitions-10000',
    question: '10 000 partitions, after kill -9',
    topics: 10,
    partitions: 1000,
    after: 'kill',
    long: true,
    pairs: 1,
    goals: twentieth,
  },
]

/** From the exec of the program to the first acknowledged record, on a directory that has topics already. */
export const startCases: readonly StartCase[] = shapes.map(startCase)

function startCase({ name, question, topics, partitions, after, goals, ...rest }: Shape): StartCase {
  return {
    kind: 'start',
    name,
    question: `start to first acknowledged record, ${question}`,
    shows: Object.fromEntries(shown.map((metric) => [metric, goals[metric]])),
    settings: pageCache,
    ...rest,
    async prepare(on) {
      const broker = await startOn(on, true)
      await on.load.run('topics', { port: on.port, prefix: 'start', count: topics, partitions, requests: Math.ceil(topics / 100) })
      // Something for recovery to find in each first partition.
      const names = topics === 1 ? ['start'] : Array.from({ length: Math.min(topics, 20) }, (_, i) => `start-${i}`)
      for (const topic of names) await on.load.run('first', { port: on.port, topic })
      await broker[after]()
    },
    async run(on) {
      const broker = await startOn(on, false)
      const neighbours = watchNeighbours()
      const { result, cost } = await firstRecord(on, broker.pid, topics === 1 ? 'start' : 'start-0')
      const { acknowledgedAt = 0, connectedAt = 0 } = result
      await broker[after]()
      return {
        startSeconds: acknowledgedAt - broker.startedAt,
        connectSeconds: connectedAt - broker.startedAt,
        ...cost,
        neighbours: neighbours(cost['cpuSeconds'] ?? 0),
      }
    },
  }
}

/** A broker left alone: what it takes to do nothing. */
export const idleCases: readonly StartCase[] = [
  {
    kind: 'start',
    name: 'idle',
    question: 'a broker with one topic that nobody uses',
    shows: { residentMegabytes: { atMost: 0.2 }, idlePercent: { atMost: 1 / 20 } },
    settings: pageCache,
    async prepare(on) {
      const broker = await startOn(on, true)
      await on.load.run('topics', { port: on.port, prefix: 'idle' })
      await broker.stop()
    },
    async run(on) {
      const broker = await startOn(on, true)
      await on.load.run('first', { port: on.port, topic: 'idle' })
      const [settleMs, watchMs] = on.quick ? [2000, 3000] : [8000, 10_000]
      await sleep(settleMs)
      const neighbours = watchNeighbours()
      const before = useOf(broker.pid)
      await sleep(watchMs)
      const after = useOf(broker.pid)
      const cpuSeconds = after.cpuSeconds - before.cpuSeconds
      await broker.stop()
      return { residentMegabytes: after.residentBytes / 1e6, idlePercent: (cpuSeconds / watchMs) * 1e5, neighbours: neighbours(cpuSeconds) }
    },
  },
]

const startOn = ({ contender, port, directory, settings }: StartRun, awaitReady: boolean) =>
  contender.start({ port, directory, settings, awaitReady })

async function firstRecord(
  on: StartRun,
  pid: number,
  topic: string,
): Promise<{ result: Readonly<Record<string, number>>; cost: Measured }> {
  const { numbers } = await on.load.run('first', { port: on.port, topic, timeout: 900 })
  const { cpuSeconds, residentBytes } = useOf(pid)
  return { result: numbers, cost: { cpuSeconds, residentMegabytes: residentBytes / 1e6 } }
}
