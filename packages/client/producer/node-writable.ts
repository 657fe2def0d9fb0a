import { Writable } from 'node:stream'
import type { Topic } from '../topic.ts'
import { hurrying } from './hurrying.ts'
import type { Producer, ProducerRecord, Raw } from './producer.ts'

/**
 * A writable stream of Node whose chunks are records, for `pipeline()`. Ends when all that was written is acknowledged; the first failure destroys it.
 *
 * The producer stays open. For async iterables `producer.sendAll` does the same for less.
 */
export function writable<K, V>(producer: Producer, topic: Topic<string, K, V>, options?: WritableRecordsOptions): Writable
export function writable(producer: Producer, topic: string, options?: WritableRecordsOptions): Writable
export function writable(producer: Producer, topic: string | Topic, { highWaterMark = 64 }: WritableRecordsOptions = {}): Writable {
  const send: (record: ProducerRecord<Raw, Raw>, done: (error: Error | undefined) => void) => boolean =
    typeof topic === 'string'
      ? (record, done) => producer.enqueue(topic, record, done)
      : (record, done) => producer.enqueue(topic, record, done)
  let pending = 0
  let onDrained: (() => void) | undefined
  let calm: (() => void) | undefined
  const stream = new Writable({
    objectMode: true,
    highWaterMark,
    write(record: ProducerRecord<Raw, Raw>, _encoding, taken) {
      let hasRoom: boolean
      try {
        hasRoom = send(record, done)
        pending++
      } catch (error) {
        taken(error instanceof Error ? error : new Error(String(error)))
        return
      }
      if (hasRoom) taken()
      else producer.ready().then(() => taken(), taken)
    },
    final(ended) {
      if (pending === 0) return ended()
      // What lingers would let the end of the stream linger, too.
      calm = hurrying(producer)
      onDrained = ended
    },
    destroy(error, destroyed) {
      calm?.()
      destroyed(error)
    },
  })
  const done = (error: Error | undefined): void => {
    pending--
    if (error !== undefined) stream.destroy(error)
    else if (pending === 0) onDrained?.()
  }
  return stream
}

export interface WritableRecordsOptions {
  /** Records that the stream itself may hold back, beside those in the producer. */
  readonly highWaterMark?: number
}
