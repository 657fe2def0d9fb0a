import type { Topic } from '../topic.ts'
import { hurrying } from './hurrying.ts'
import type { Producer, ProducerRecord, Raw } from './producer.ts'

/**
 * A WHATWG `WritableStream` whose chunks are records, for `pipeTo()`. Closes when all that was written is acknowledged; the first failure errors it.
 *
 * The producer stays open.
 */
export function writableStream<K, V>(producer: Producer, topic: Topic<string, K, V>): WritableStream<ProducerRecord<K, V>>
export function writableStream(producer: Producer, topic: string): WritableStream<ProducerRecord<Raw, Raw>>
export function writableStream(producer: Producer, topic: string | Topic): WritableStream<ProducerRecord<Raw, Raw>> {
  const send: (record: ProducerRecord<Raw, Raw>, done: (error: Error | undefined) => void) => boolean =
    typeof topic === 'string'
      ? (record, done) => producer.enqueue(topic, record, done)
      : (record, done) => producer.enqueue(topic, record, done)
  let pending = 0
  let failure: Error | undefined
  let onDrained: (() => void) | undefined
  return new WritableStream<ProducerRecord<Raw, Raw>>({
    async write(record, controller) {
      if (failure !== undefined) throw failure
      const hasRoom = send(record, (error) => {
        pending--
        if (error !== undefined) {
          failure ??= error
          controller.error(error)
        }
        if (pending === 0) onDrained?.()
      })
      pending++
      if (!hasRoom) await producer.ready()
    },
    async close() {
      if (pending > 0) {
        const { promise, resolve } = Promise.withResolvers<void>()
        onDrained = resolve
        // What lingers would let the end of the stream linger, too.
        const calm = hurrying(producer)
        await promise.finally(calm)
      }
      if (failure !== undefined) throw failure
    },
  })
}
