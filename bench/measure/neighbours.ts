import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { monotonicSeconds } from './process.ts'

/**
 * Cores that others used meanwhile. `begin` returns a function that is told how much processor time our own processes took.
 * More than a fifth of a core, and the figures of that run are worth little.
 */
export function watchNeighbours(): (ownCpuSeconds: number) => number {
  const busyBefore = busySeconds()
  const began = monotonicSeconds()
  return (ownCpuSeconds) => {
    const seconds = monotonicSeconds() - began
    const others = (busySeconds() - busyBefore - ownCpuSeconds) / seconds
    return Math.min(availableParallelism(), Math.max(0, others))
  }
}

/** Everything but idle and waiting, of all cores since boot. */
function busySeconds(): number {
  const [first = ''] = readFileSync('/proc/stat', 'utf8').split('\n')
  const [user = 0, nice = 0, system = 0, , , interrupts = 0, softInterrupts = 0, stolen = 0] = first
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number)
  return (user + nice + system + interrupts + softInterrupts + stolen) / 100
}
