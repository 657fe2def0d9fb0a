import type { Producer } from '@odradek/client'
import type { Clock } from '@odradek/common/time'
import { javaClass, javaMessage } from '../java-names.ts'
import type { JsonLines } from '../json-lines.ts'
import { breathe, pause } from '../pause.ts'
import { Throttle } from '../performance/throttle.ts'

export interface Numbers {
  /** Is closed at the end. */
  readonly producer: Producer
  readonly topic: string
  readonly count: number
  /** Below 0: as many as go. */
  readonly perSecond: number
  /** The timestamp of the first record. */
  readonly createTime: number | undefined
  readonly valuePrefix: number | undefined
  /** How many keys there are; undefined for none. */
  readonly keys: number | undefined
  readonly lines: JsonLines
  readonly clock: Clock
  /** Ends it in order: what was sent is waited for. */
  readonly stop: AbortSignal
}

/** So many records are sent before sockets and signals have their turn. */
const atOnce = 500

/** Sends 0, 1, 2 and so on, and tells of each how it went; at the end how many there were. */
export async function produceNumbers(numbers: Numbers): Promise<void> {
  const { producer, topic, count, perSecond, lines, clock, stop } = numbers
  const startMs = clock.now()
  const throttle = new Throttle(perSecond, startMs)
  const record = recordsOf(numbers, startMs)
  let sent = 0
  let acked = 0
  lines.say('startup_complete')
  while (sent < count && !stop.aborted) {
    const { key, value, timestamp } = record(sent++)
    const failed = (error: unknown): void => {
      lines.say('producer_send_error', { topic, key, value, exception: `class ${javaClass(error)}`, message: javaMessage(error) })
    }
    let hasRoom = true
    try {
      hasRoom = producer.enqueue(topic, { key, value, timestamp }, (error, partition, offset) => {
        if (error !== undefined) return failed(error)
        acked++
        lines.say('producer_send_success', { key, value, offset, topic, partition })
      })
    } catch (error) {
      failed(error)
    }
    // Whoever gets no room in time hears of it from the next record.
    if (!hasRoom) await producer.ready({ signal: stop }).catch(() => undefined)
    const delayMs = throttle.delayMs(sent, clock.now())
    if (delayMs > 0) await pause(delayMs, stop)
    else if (sent % atOnce === 0) await breathe()
    if (lines.slow !== undefined) await lines.slow
  }
  await producer.close()
  lines.say('shutdown_complete')
  const perSecondDone = (1000 * acked) / (clock.now() - startMs)
  lines.say('tool_data', {
    sent,
    acked,
    target_throughput: perSecond,
    avg_throughput: Number.isFinite(perSecondDone) ? perSecondDone : String(perSecondDone),
  })
}

interface NumberRecord {
  readonly key: string | null
  readonly value: string
  readonly timestamp: number | undefined
}

function recordsOf({ createTime, valuePrefix, keys, clock }: Numbers, startMs: number): (number: number) => NumberRecord {
  const prefix = valuePrefix === undefined ? '' : `${valuePrefix}.`
  let nextTime = createTime
  let nextKey = 0
  return (number) => {
    const key = keys === undefined ? null : String(nextKey)
    // Kafka compares after counting: with 0 keys, or fewer, they never begin again.
    if (++nextKey === keys) nextKey = 0
    const timestamp = nextTime
    // As Kafka's tool does it: each is later than the one before by as long as the tool runs.
    if (nextTime !== undefined) nextTime += clock.now() - startMs
    return { key, value: prefix + number, timestamp }
  }
}
