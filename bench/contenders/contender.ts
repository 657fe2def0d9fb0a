import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive, monotonicSeconds } from '../measure/process.ts'

export type ContenderName = 'odradek' | 'apache-kafka'

/** Lines of server.properties that differ from a contender's defaults. */
export type Settings = Readonly<Record<string, string>>

/** A broker that can be started on a port and a directory: ours, or Apache's. */
export interface Contender {
  readonly name: ContenderName
  readonly version: string
  /** Seconds of load until its code is warm. */
  readonly warmUpSeconds: number
  /** Starts it. With `awaitReady: false` returns as soon as the process runs, for those who measure how long the rest takes. */
  start(options: StartOptions): Promise<RunningBroker>
}

export interface StartOptions {
  readonly port: number
  readonly directory: string
  readonly settings: Settings
  readonly awaitReady: boolean
}

export interface RunningBroker {
  readonly name: ContenderName
  readonly port: number
  readonly pid: number
  readonly directory: string
  /** Monotonic seconds at which the program began. */
  readonly startedAt: number
  readonly warmUpSeconds: number
  /** A clean stop; resolves when the process is gone. */
  stop(): Promise<void>
  /** Ends it as a power cut would, as far as a process can tell. */
  kill(): Promise<void>
}

/** Resolves when something accepts connections on the port; rejects when the process ends first, or after two minutes. */
export async function awaitPort(port: number, pid: number): Promise<void> {
  const deadline = monotonicSeconds() + 120
  while (!(await accepts(port))) {
    if (!isAlive(pid)) throw new Error(`the broker (pid ${pid}) ended before it listened on port ${port}`)
    if (monotonicSeconds() > deadline) throw new Error(`nobody listens on port ${port} after two minutes`)
    await sleep(10)
  }
}

export async function awaitEnd(pid: number): Promise<void> {
  while (isAlive(pid)) await sleep(10)
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
