import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import type { Terminal } from '../../terminal.ts'
import type { Tool } from '../tool.ts'
import { allProcesses, brokersAmong } from './broker-processes.ts'
import type { BrokerProcess } from './broker-processes.ts'

export const tool: Tool = {
  name: 'kafka-server-stop',
  run: (args, terminal) =>
    Promise.resolve(
      stop(args, terminal, {
        brokers: () => brokersAmong(allProcesses(), read),
        kill: (pid, signal) => void process.kill(pid, signal),
      }),
    ),
}

export interface Machine {
  brokers(): readonly BrokerProcess[]
  /** Throws when the process is somebody else's. */
  kill(pid: number, signal: NodeJS.Signals): void
}

/** Sends SIGTERM, or what SIGNAL says, to the brokers of this machine; with `--node-id` or `--process-role` to those that are meant. */
export function stop(args: readonly string[], terminal: Pick<Terminal, 'env' | 'out' | 'err'>, machine: Machine): number {
  const [nodeId, role] = [valueOf(args, '--node-id'), valueOf(args, '--process-role')]
  if (nodeId !== undefined && role !== undefined) {
    void terminal.out('When both node-id and process-role are provided, the value for node-id will take precedence\n')
  }
  const signal = signalOf(terminal.env['SIGNAL'] ?? 'TERM')
  if (signal === undefined) {
    terminal.err(`There is no signal ${terminal.env['SIGNAL'] ?? ''}: set SIGNAL to TERM, INT or KILL, or leave it out.\n`)
    return 1
  }
  const brokers = machine.brokers()
  if (brokers.length === 0) {
    void terminal.out('No kafka server to stop\n')
    return 1
  }
  const meant = brokers.filter((broker) => (nodeId === undefined ? role === undefined || broker.roles === role : broker.nodeId === nodeId))
  if (meant.length === 0) terminal.err(`Of ${brokers.length} running brokers none is meant.\n`)
  let code = 0
  for (const { pid } of meant) {
    try {
      machine.kill(pid, signal)
    } catch (error) {
      terminal.err(`Process ${pid} can not be stopped: ${error instanceof Error ? error.message : String(error)}\n`)
      code = 1
    }
  }
  return code
}

function valueOf(args: readonly string[], flag: string): string | undefined {
  return args
    .find((arg) => arg.startsWith(`${flag}=`))
    ?.slice(flag.length + 1)
    .split(' ')[0]
}

function signalOf(name: string): NodeJS.Signals | undefined {
  const full = name.startsWith('SIG') ? name : `SIG${name}`
  return isSignal(full) ? full : undefined
}

function isSignal(name: string): name is NodeJS.Signals {
  return Object.hasOwn(constants.signals, name)
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
