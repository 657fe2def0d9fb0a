import { readdirSync, readFileSync } from 'node:fs'

/** What Linux counts in: hundredths of a second, in every build there is. */
const ticksPerSecond = 100

/** Processor time and memory of a process, from `/proc`. */
export interface ProcessUse {
  /** User and system time of all threads since the start. */
  readonly cpuSeconds: number
  readonly residentBytes: number
}

export function useOf(pid: number): ProcessUse {
  const fields = statOf(pid)
  const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return { cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond, residentBytes: Number(resident) * 1024 }
}

/** The most memory that one of the children of a process has had, or of their children; 0 when there are none any more. */
export function peakBytesBelow(pid: number): number {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .split(' ')
      .filter((each) => each !== '')
      .map(Number)
    return Math.max(0, ...children.map((child) => Math.max(peakBytesOf(child), peakBytesBelow(child))))
  } catch {
    return 0
  }
}

const peakBytesOf = (pid: number): number =>
  Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024

/** When a process began, in seconds of the monotonic clock; exact to a hundredth. */
export function startedAt(pid: number): number {
  const [sinceBoot] = readFileSync('/proc/uptime', 'utf8').split(' ')
  const offset = monotonicSeconds() - Number(sinceBoot)
  return Number(statOf(pid)[19]) / ticksPerSecond + offset
}

/** The clock that the load generator uses too. */
export const monotonicSeconds = (): number => Number(process.hrtime.bigint()) / 1e9

/**
 * Whether a process still runs. One whose first thread has ended may have others that still hold its sockets open, and
 * would take the connection that was meant for its successor.
 */
export function isAlive(pid: number): boolean {
  try {
    return statOf(pid)[0] !== 'Z' || readdirSync(`/proc/${pid}/task`).length > 1
  } catch {
    return false
  }
}

/** The fields behind the name, which may itself hold spaces and brackets: state, parent, … */
function statOf(pid: number): readonly string[] {
  const line = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return line.slice(line.lastIndexOf(')') + 2).split(' ')
}
