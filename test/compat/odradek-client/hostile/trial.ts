import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { ClientError, Kafka, KafkaError } from '@odradek/client'
import { SeededRandom } from '@odradek/common/random'
import { VirtualTime } from '@odradek/common/time'
import { readRequest, withSize, writeAnswer } from '../wire/frames.ts'
import type { SeenRequest } from '../wire/frames.ts'
import { Pipes } from './pipes.ts'
import { plausible } from './plausible.ts'

/** What a user asks of the client. It ends by itself within `patienceMs` and a little, whatever the broker does. */
export interface Operation {
  readonly name: string
  run(kafka: Kafka): Promise<unknown>
}

/** The bytes that come back for a request (size and all), `closed` for a connection that ends, undefined for silence. */
export type Mischief = (request: SeenRequest, honest: () => Buffer) => Uint8Array | 'closed' | undefined

export interface Outcome {
  readonly value: unknown
  /** Undefined when it succeeded. */
  readonly error: unknown
  /** Of virtual time. */
  readonly tookMs: number
  readonly asked: ReadonlySet<string>
  readonly peakConnections: number
  readonly requests: number
}

/** How long any call of a trial may wait, by its settings. */
export const patienceMs = 3000

/**
 * One operation against one broker without manners, in virtual time. Fails when the operation or the closing after it hangs, when an error is not
 * one of ours, and when a timer or a connection is left behind.
 */
export async function trial(
  operation: Operation,
  mischief: Mischief = (_request, honest) => honest(),
  /** Real milliseconds for each step of virtual time: for work in the thread pool, which knows no virtual time. */
  breathMs = 0,
): Promise<Outcome> {
  const time = new VirtualTime()
  const asked = new Set<string>()
  let requests = 0
  const pipes = new Pipes(time, (frame, pipe) => {
    const request = readRequest(frame)
    asked.add(request.api.name)
    requests++
    const answer = mischief(request, () => withSize(writeAnswer(request.api, request, plausible(request))))
    if (answer === 'closed') pipe.close()
    else if (answer !== undefined) pipe.send(answer)
  })
  const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
  const kafka = new Kafka(
    {
      bootstrapServers: 'hostile:9092',
      requestTimeoutMs: 1000,
      defaultApiTimeoutMs: patienceMs,
      socketConnectionSetupTimeoutMs: 500,
      metadataRecoveryStrategy: 'none',
      enableMetricsPush: false,
    },
    { clock: time, timer: time, random: new SeededRandom(1), dialler: pipes, logger: silent, hold: () => () => undefined },
  )
  const running = operation.run(kafka)
  // A call may wait for its own time-out behind another's: in all no longer than this.
  const tookMs = await settle(time, running, { withinMs: 4 * patienceMs, what: operation.name, breathMs })
  const outcome = await running.then(
    (value) => ({ value, error: undefined }),
    (error: unknown) => ({ value: undefined, error: error ?? new Error('rejected with nothing') }),
  )
  if (outcome.error !== undefined && !(outcome.error instanceof KafkaError || outcome.error instanceof ClientError)) {
    throw new Error(`${operation.name}: an error that is none of ours`, { cause: outcome.error })
  }
  const closing = kafka.close()
  await settle(time, closing, { withinMs: 40_000, what: `closing after ${operation.name}`, breathMs })
  await closing.catch(() => undefined)
  // A back-off that was under way may end, and finds nobody who wants to go on.
  await time.advance(2000)
  assert.equal(pipes.open, 0, `${operation.name} left ${pipes.open} connections open`)
  assert.equal(time.pendingTimers, 0, `${operation.name} left ${time.pendingTimers} timers`)
  return { ...outcome, tookMs, asked, peakConnections: pipes.peak, requests }
}

/** Moves the time until the promise is settled; answers how long that took. */
async function settle(
  time: VirtualTime,
  promise: Promise<unknown>,
  { withinMs, what, breathMs }: { readonly withinMs: number; readonly what: string; readonly breathMs: number },
): Promise<number> {
  const startMs = time.monotonic()
  const state = { isOver: false }
  const end = (): void => {
    state.isOver = true
  }
  promise.then(end, end)
  await time.runTurn()
  for (let stepMs = 1; !state.isOver && time.monotonic() - startMs < withinMs; stepMs = Math.min(250, stepMs * 2)) {
    if (breathMs > 0) await sleep(breathMs)
    await time.advance(stepMs)
  }
  assert.ok(state.isOver, `${what} hangs: not over after ${withinMs} ms of virtual time`)
  return time.monotonic() - startMs
}
