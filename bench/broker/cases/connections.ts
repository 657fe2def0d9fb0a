import { setTimeout as sleep } from 'node:timers/promises'
import { watchNeighbours } from '../../measure/neighbours.ts'
import { useOf } from '../../measure/process.ts'
import { pageCache } from '../bench-case.ts'
import type { LoadCase } from '../bench-case.ts'

const connections = 1000

export const connectionCases: readonly LoadCase[] = [
  {
    kind: 'load',
    name: 'connections-1000',
    question: '1000 connections that open, ask for the versions, and then say nothing',
    shows: { kilobytesPerConnection: undefined, cpuPerConnectionMillis: undefined, answeredSeconds: undefined },
    // All of them come from one address.
    settings: { odradek: { ...pageCache.odradek, 'max.connections.per.ip': '5000' }, 'apache-kafka': pageCache['apache-kafka'] },
    async run({ broker, load }) {
      const neighbours = watchNeighbours()
      const before = useOf(broker.pid)
      const held = await load.hold('idle', { port: broker.port, connections })
      await sleep(500)
      const after = useOf(broker.pid)
      await held.release()
      // They are gone when the next run begins.
      await sleep(500)
      const cpuSeconds = after.cpuSeconds - before.cpuSeconds
      return {
        kilobytesPerConnection: (after.residentBytes - before.residentBytes) / 1e3 / connections,
        cpuPerConnectionMillis: (cpuSeconds / connections) * 1e3,
        answeredSeconds: held.result.numbers['seconds'] ?? 0,
        neighbours: neighbours(cpuSeconds),
      }
    },
  },
]
