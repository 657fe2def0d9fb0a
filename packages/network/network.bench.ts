import { Buffer } from 'node:buffer'
import { spawn } from 'node:child_process'
import { connect } from 'node:net'
import { configWith } from '@odradek/common/config'
import { silentLogger } from '@odradek/common/logging'
import { systemClock, systemTimer } from '@odradek/common/time'
import type { FrameHandler, Reply } from './connection.ts'
import { listenersOf } from './listeners.ts'
import { networkLimits } from './network-limits.ts'
import { NetworkServer } from './network-server.ts'
import { networkConfig } from './network-settings.ts'

/**
 * CPU of the network alone for a request: this process serves, another one asks.
 *
 *     node packages/network/network.bench.ts
 */
const answerBytes = 40
const cases = [
  { connections: 1, requestBytes: 1_024, inFlight: 5 },
  { connections: 1, requestBytes: 1_024, inFlight: 50 },
  { connections: 8, requestBytes: 1_024, inFlight: 20 },
  { connections: 64, requestBytes: 1_024, inFlight: 5 },
  { connections: 8, requestBytes: 16_384, inFlight: 5 },
  { connections: 4, requestBytes: 102_400, inFlight: 5 },
  { connections: 4, requestBytes: 1_048_000, inFlight: 2 },
]

/** Answers at the end of the turn, as a log does that writes all batches of a turn at once. */
class EndOfTurn implements FrameHandler {
  requests = 0
  #waiting: ((reply: Reply) => void)[] = []

  mayOverlap(): boolean {
    return true
  }

  handle(): Promise<Reply> {
    this.requests++
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      if (this.#waiting.length === 1) systemTimer.endOfTurn(() => this.#answer())
    })
  }

  #answer(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve({ chunks: [answer] })
  }
}

const answer = Buffer.alloc(answerBytes)

async function serve(): Promise<void> {
  const config = configWith(networkConfig, { listeners: ['PLAINTEXT://127.0.0.1:0'] })
  const limits = networkLimits(config, { memoryBytes: 2 ** 30, openFiles: 10_000 })
  const handler = new EndOfTurn()
  const server = new NetworkServer({
    listeners: listenersOf(config),
    handler,
    limits: () => limits,
    clock: systemClock,
    timer: systemTimer,
    logger: silentLogger,
  })
  await server.listen()
  for (const { connections, requestBytes, inFlight } of cases) {
    const client = spawn(process.execPath, [
      import.meta.filename,
      ...[server.bound[0]?.port ?? 0, connections, requestBytes, inFlight].map(String),
    ])
    await wait(1_000)
    const [cpu, requests] = [process.cpuUsage(), handler.requests]
    await wait(2_000)
    const { user, system } = process.cpuUsage(cpu)
    const count = handler.requests - requests
    client.kill()
    console.log(
      `${connections} connections × ${inFlight} in flight × ${requestBytes} B`.padEnd(48),
      `${((user + system) / count).toFixed(2)} µs CPU a request (${(user / count).toFixed(2)} of it user), ${Math.round(count / 2)} a second`,
    )
  }
  await server.close()
}

/** Sends a new request for each answer. */
function ask(port: number, connections: number, requestBytes: number, inFlight: number): void {
  const frame = Buffer.alloc(4 + requestBytes)
  frame.writeInt32BE(requestBytes)
  for (let index = 0; index < connections; index++) {
    let received = 0
    const callback = (count: number): boolean => {
      received += count
      const answers = Math.floor(received / (4 + answerBytes))
      received -= answers * (4 + answerBytes)
      send(answers)
      return true
    }
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer: Buffer.alloc(65_536), callback } })
    const send = (count: number): void => {
      socket.cork()
      for (let sent = 0; sent < count; sent++) socket.write(frame)
      socket.uncork()
    }
    send(inFlight)
  }
}

const wait = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms)
  })

const [port, connections = 0, requestBytes = 0, inFlight = 0] = process.argv.slice(2).map(Number)
if (port === undefined) await serve()
else ask(port, connections, requestBytes, inFlight)
