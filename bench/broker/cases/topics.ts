import { setTimeout as sleep } from 'node:timers/promises'
import type { RunningBroker } from '../../contenders/contender.ts'
import { watchNeighbours } from '../../measure/neighbours.ts'
import { useOf } from '../../measure/process.ts'
import { pageCache } from '../bench-case.ts'
import type { LoadCase } from '../bench-case.ts'

/** Below this many cores a broker counts as done with what it was asked to do. Apache with 1000 topics never gets below 0.14. */
const quietCores = 0.25

export const topicCases: readonly LoadCase[] = [
  {
    kind: 'load',
    name: 'create-1000-topics',
    question: 'create 1000 topics by 10 requests: until answered, CPU until quiet, CPU afterwards',
    shows: { answeredSeconds: { atMost: 1 / 3 }, cpuSeconds: { atMost: 1 / 5 }, idlePercent: undefined, residentMegabytes: undefined },
    settings: pageCache,
    async run({ broker, load, seconds, topic }) {
      const { port, pid } = broker
      const count = 1000
      const neighbours = watchNeighbours()
      const before = useOf(pid)
      const { numbers } = await load.run('topics', { port, prefix: topic, count, requests: 10 })
      await untilQuiet(broker)
      const quiet = useOf(pid)
      await sleep(seconds * 1000)
      const after = useOf(pid)
      const idle = after.cpuSeconds - quiet.cpuSeconds
      const others = neighbours(after.cpuSeconds - before.cpuSeconds)
      await load.run('topics', { port, prefix: topic, count, requests: 10, action: 'delete' })
      await untilQuiet(broker)
      return {
        answeredSeconds: numbers['seconds'] ?? 0,
        cpuSeconds: quiet.cpuSeconds - before.cpuSeconds,
        idlePercent: (idle / seconds) * 100,
        residentMegabytes: after.residentBytes / 1e6,
        errors: numbers['errors'] ?? 0,
        neighbours: others,
      }
    },
  },
]

/** Waits until the broker has done little for two seconds; a minute at most. */
async function untilQuiet(broker: RunningBroker): Promise<void> {
  const stepMs = 500
  let quietSteps = 0
  let last = useOf(broker.pid).cpuSeconds
  for (let step = 0; step < 120 && quietSteps < 4; step++) {
    await sleep(stepMs)
    const now = useOf(broker.pid).cpuSeconds
    quietSteps = (now - last) * 1000 < quietCores * stepMs ? quietSteps + 1 : 0
    last = now
  }
}
