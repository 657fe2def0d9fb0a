import { KafkaError } from '@odradek/client'
import type { Producer, TransactionalProducer } from '@odradek/client'
import type { Clock } from '@odradek/common/time'
import { breathe, pause } from '../pause.ts'
import type { Throttle } from '../performance/throttle.ts'
import type { Payloads } from './payloads.ts'

/** Hears of a record that was acknowledged. */
export type Acknowledged = (latencyMs: number, bytes: number, nowMs: number) => void

export interface Load {
  readonly producer: Producer
  /** With transactions: the same producer, and after how long each ends. */
  readonly transactions: { readonly producer: TransactionalProducer; readonly durationMs: number } | undefined
  readonly topic: string
  readonly records: number
  readonly payloads: Payloads
  readonly throttle: Throttle
  readonly clock: Clock
  /** Who hears of record number so many; asked when it is made. */
  readonly observer: (number: number) => Acknowledged
  readonly failed: (error: Error) => void
}

/** Sends so many records as fast as they go, or are let go. When it resolves all are handed to the producer, and those of transactions are committed. */
export async function produceLoad(load: Load): Promise<void> {
  const { producer, transactions, topic, records, payloads, throttle, clock, observer, failed } = load
  const never = new AbortController().signal
  const doneOf = (acknowledged: Acknowledged, startMs: number, bytes: number) => (error: Error | undefined) => {
    if (error !== undefined) return failed(error)
    const nowMs = clock.now()
    acknowledged(nowMs - startMs, bytes, nowMs)
  }
  let transactionMs: number | undefined
  let turnMs = clock.now()
  let [doneBytes, doneObserver] = [0, observer(0)]
  let done = doneOf(doneObserver, turnMs, doneBytes)
  for (let number = 0; number < records; number++) {
    const value = payloads(number)
    if (transactions !== undefined && transactionMs === undefined) {
      transactions.producer.beginTransaction()
      transactionMs = clock.now()
    }
    const startMs = clock.now()
    const isNewTurn = startMs !== turnMs
    turnMs = startMs
    // Records of one millisecond are as old as each other: one function hears of them all.
    const acknowledged = observer(number)
    if (isNewTurn || value.length !== doneBytes || acknowledged !== doneObserver) {
      doneBytes = value.length
      doneObserver = acknowledged
      done = doneOf(acknowledged, startMs, doneBytes)
    }
    const hasRoom = enqueue(producer, topic, value, done, failed)
    if (!hasRoom) await producer.ready()
    // Once a millisecond sockets have their turn.
    else if (isNewTurn) await breathe()
    if (transactions !== undefined && transactionMs !== undefined && startMs - transactionMs >= transactions.durationMs) {
      await transactions.producer.commitTransaction()
      transactionMs = undefined
    }
    const delayMs = throttle.delayMs(number + 1, startMs)
    if (delayMs > 0) await pause(delayMs, never)
  }
  if (transactions !== undefined && transactionMs !== undefined) await transactions.producer.commitTransaction()
}

/** What is wrong with one record is told as if a broker had said it, and the others go on. */
function enqueue(
  producer: Producer,
  topic: string,
  value: Uint8Array,
  done: (error: Error | undefined) => void,
  failed: (error: Error) => void,
): boolean {
  try {
    return producer.enqueue(topic, { value }, done)
  } catch (error) {
    if (!(error instanceof KafkaError) || error.fatal || error.abortable) throw error
    failed(error)
    return true
  }
}
