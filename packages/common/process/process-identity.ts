import * as fs from 'node:fs'
import { hostname } from 'node:os'

/** What tells one process from another, also after it has gone. */
export interface ProcessMark {
  readonly pid: number
  /** A pid is given again; together with the time of its start it is unique within the realm. Empty where the system does not tell. */
  readonly startedAt: string
  /** Where the pid means something: this boot of this machine, and within it one pid namespace. */
  readonly realm: string
}

/** Who we are, and whether others are alive. The only part of the lock that needs to know the operating system. */
export interface ProcessIdentity {
  readonly mark: ProcessMark
  /** Undefined when it cannot be told from here. */
  isAlive(other: ProcessMark): boolean | undefined
  /** The pid of the process that holds a lock of the operating system on the file, as Apache Kafka does. */
  locker(path: string): number | undefined
}

/** The process we are. On Linux, `/proc` tells everything; elsewhere only whether a pid is taken, and by whom is left open. */
export function systemProcess(): ProcessIdentity {
  const realm = [readText('/proc/sys/kernel/random/boot_id').trim(), linkText('/proc/self/ns/pid'), hostname()].join('|')
  const startedAt = startOf(process.pid) ?? ''
  return {
    mark: { pid: process.pid, startedAt, realm },
    isAlive(other) {
      if (other.realm !== realm) return undefined
      if (startedAt !== '') return startOf(other.pid) === other.startedAt
      return pidIsFree(other.pid) ? false : undefined
    },
    locker: lockerOf,
  }
}

/**
 * Clock ticks from boot to the start of the process: the 22nd field of its stat, counted behind the name, which may hold anything.
 * One that has ended and whose parent has not noticed yet (state Z or X) is gone: a restart in a container must not wait for that.
 */
function startOf(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`)
  if (stat === '') return undefined
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
}

function pidIsFree(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}

/** Lines of /proc/locks look like `1: POSIX  ADVISORY  WRITE 812 08:02:1835033 0 EOF`. */
function lockerOf(path: string): number | undefined {
  const status = fs.statSync(path, { throwIfNoEntry: false })
  if (status === undefined) return undefined
  const file = `${deviceOf(status.dev)}:${status.ino}`
  for (const line of readText('/proc/locks').split('\n')) {
    const words = line.split(/\s+/)
    if (words[1] === 'POSIX' && words[5] === file) return Number(words[4])
  }
  return undefined
}

/** A device number as Linux prints it there: major and minor, two hexadecimal digits each at least. */
function deviceOf(device: number): string {
  const major = (device >>> 8) & 0xfff
  const minor = (device & 0xff) | ((device >>> 12) & 0xfff00)
  return [major, minor].map((part) => part.toString(16).padStart(2, '0')).join(':')
}

function readText(path: string): string {
  try {
    return fs.readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function linkText(path: string): string {
  try {
    return fs.readlinkSync(path)
  } catch {
    return ''
  }
}
