import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { parseProperties } from '@odradek/common/config'

/** A process of this machine. */
export interface Process {
  readonly pid: number
  /** What it was started with, the program first. */
  readonly args: readonly string[]
  /** Where it was started; undefined where the system does not say. */
  readonly directory: string | undefined
}

/** A process that is a broker, and what its command line says of it. */
export interface BrokerProcess {
  readonly pid: number
  readonly nodeId: string
  readonly roles: string
}

/** Those of the processes that are brokers of ours. `read` gives the text of a file, and undefined for one that can't be read. */
export function brokersAmong(processes: readonly Process[], read: (path: string) => string | undefined): readonly BrokerProcess[] {
  return processes.flatMap((process) => {
    const args = brokerArguments(process.args)
    return args === undefined ? [] : [{ pid: process.pid, ...identityOf(args, (path) => read(resolve(process.directory ?? '.', path))) }]
  })
}

/** What stands behind `odradek start` or `kafka-server-start`; undefined for any other program. */
function brokerArguments([program = '', ...args]: readonly string[]): readonly string[] | undefined {
  if (!/^node(?:js)?$/.test(basename(program))) return undefined
  // Options of Node's own come first.
  const at = args.findIndex((arg) => !arg.startsWith('-'))
  if (at === -1) return undefined
  const [script = '', ...behind] = args.slice(at)
  const name = basename(script).replace(/\.(?:js|sh)$/, '')
  const called = name === 'kafka-tool' || (name === 'odradek' && /^(?:kafka-)?server-start$/.test(behind[0] ?? '')) ? behind.shift() : name
  if (called !== undefined && /^(?:kafka-)?server-start$/.test(called)) return behind[0] === '-daemon' ? undefined : behind
  return called === 'odradek' && ['start', 'container', 'demo'].includes(behind[0] ?? '') ? behind.slice(1) : undefined
}

function identityOf(args: readonly string[], read: (path: string) => string | undefined): Omit<BrokerProcess, 'pid'> {
  const behind = (flag: string): readonly string[] => args.flatMap((arg, index) => (args[index - 1] === flag ? [arg] : valueIn(arg, flag)))
  const [config = args[0]?.startsWith('-') === false ? args[0] : undefined] = behind('--config')
  const settings = new Map([
    ...parseProperties((config === undefined ? undefined : read(config)) ?? ''),
    ...behind('--override').map((text) => pair(text)),
  ])
  return {
    nodeId: settings.get('node.id') ?? settings.get('broker.id') ?? '1',
    roles: settings.get('process.roles') ?? 'broker,controller',
  }
}

function valueIn(arg: string, flag: string): readonly string[] {
  return arg.startsWith(`${flag}=`) ? [arg.slice(flag.length + 1)] : []
}

function pair(text: string): readonly [string, string] {
  const equals = text.indexOf('=')
  return equals === -1 ? [text.trim(), ''] : [text.slice(0, equals).trim(), text.slice(equals + 1).trim()]
}

/** All processes that can be seen. */
export function allProcesses(): readonly Process[] {
  let pids: readonly string[]
  try {
    pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return psProcesses()
  }
  return pids.flatMap((pid) => {
    try {
      const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1)
      return args.length === 0 ? [] : [{ pid: Number(pid), args, directory: linkOf(`/proc/${pid}/cwd`) }]
    } catch {
      // It has ended meanwhile.
      return []
    }
  })
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

/** Where there is no /proc. Arguments with spaces in them fall apart. */
function psProcesses(): readonly Process[] {
  return execFileSync('ps', ['axww', '-o', 'pid=,command='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => {
      const [pid, ...args] = line.trim().split(/\s+/)
      return pid === undefined || args.length === 0 ? [] : [{ pid: Number(pid), args, directory: undefined }]
    })
}
