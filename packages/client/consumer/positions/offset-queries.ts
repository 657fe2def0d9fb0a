import { KafkaError } from '@odradek/protocol'
import type { Cluster } from '../../cluster/cluster.ts'
import { ExponentialBackoff } from '../../cluster/exponential-backoff.ts'
import type { Environment } from '../../environment.ts'
import { nameOf } from '../../partitions.ts'
import type { Waiting } from '../../waiting.ts'
import { delay } from '../membership/delay.ts'
import { listOffsets } from './list-offsets.ts'
import type { TimeAnswer, TimeQuestion } from './list-offsets.ts'

export type FoundOffset = Extract<TimeAnswer, { readonly kind: 'found' }>

export interface OffsetQueriesOptions {
  readonly environment: Environment
  readonly cluster: Cluster
  readonly settings: {
    readonly requestTimeoutMs: number
    readonly defaultApiTimeoutMs: number
    readonly retryBackoffMs: number
    readonly retryBackoffMaxMs: number
  }
  readonly isReadCommitted: boolean
  readonly closing: AbortSignal
}

/** Offsets that the application asks for by time: of any partitions, assigned or not, asked until they are known. */
export class OffsetQueries {
  readonly #options: OffsetQueriesOptions
  readonly #backoff: ExponentialBackoff

  constructor(options: OffsetQueriesOptions) {
    const { settings, environment } = options
    this.#options = options
    this.#backoff = new ExponentialBackoff(settings.retryBackoffMs, settings.retryBackoffMaxMs, environment.random)
  }

  /** In the order of the questions. Rejects with the first error that does not pass, or with the last one when the time is over. */
  async find(questions: readonly TimeQuestion[], waiting: Waiting = {}): Promise<readonly FoundOffset[]> {
    const { environment, cluster, settings, isReadCommitted, closing } = this.#options
    const { clock, timer } = environment
    const timeoutMs = waiting.timeoutMs ?? settings.defaultApiTimeoutMs
    const untilMs = clock.monotonic() + timeoutMs
    const signal = waiting.signal === undefined ? closing : AbortSignal.any([closing, waiting.signal])
    signal.throwIfAborted()
    const release = environment.hold()
    try {
      for (const topic of new Set(questions.map(({ topic }) => topic))) {
        if (cluster.metadata.topics.has(topic)) continue
        cluster.alsoTrack(topic)
        await cluster.topic(topic, { timeoutMs: Math.max(0, untilMs - clock.monotonic()), signal })
      }
      const found = new Map<number, FoundOffset>()
      for (let attempt = 1; ; attempt++) {
        const open = askableTogether(questions.map((question, at) => ({ question, at })).filter(({ at }) => !found.has(at)))
        const answers = await listOffsets(
          open.map(({ question }) => question),
          { cluster, isReadCommitted, requestTimeoutMs: settings.requestTimeoutMs, signal },
        )
        let last: KafkaError | undefined
        open.forEach(({ at }, index) => {
          const answer = answers[index]!
          if (answer.kind === 'found') found.set(at, answer)
          else if (answer.kind === 'refused') throw answer.error
          else last = answer.error
        })
        if (found.size === questions.length) return questions.map((_, at) => found.get(at)!)
        if (last === undefined) continue
        const waitMs = this.#backoff.afterMs(attempt)
        if (clock.monotonic() + waitMs >= untilMs) throw tooLate(questions, timeoutMs, last)
        await delay(timer, waitMs, signal)
      }
    } finally {
      release()
    }
  }
}

/** Brokers refuse a request that names a partition twice: its second question waits for the next round. */
function askableTogether<Open extends { readonly question: TimeQuestion }>(open: readonly Open[]): readonly Open[] {
  const names = new Set<string>()
  return open.filter(({ question }) => names.size < names.add(nameOf(question)).size)
}

function tooLate(questions: readonly TimeQuestion[], timeoutMs: number, cause: KafkaError): KafkaError {
  const names = questions.slice(0, 3).map(nameOf).join(', ')
  return new KafkaError(
    'REQUEST_TIMED_OUT',
    `REQUEST_TIMED_OUT: the offsets of ${names} were not known within ${timeoutMs} ms. ${cause.message}`,
    { cause },
  )
}
