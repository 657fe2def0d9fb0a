import type { Consumer, ConsumerRecord, Producer } from '@odradek/client'
import type { Random } from '@odradek/common/random'
import type { Clock } from '@odradek/common/time'
import { JavaError } from '../java-error.ts'
import type { LatencyOptions } from './options.ts'

const timeoutMs = 60_000

export interface RoundTrips {
  readonly producer: Producer
  /** Stands at the end of all partitions of the topic. */
  readonly consumer: Consumer
  readonly options: LatencyOptions
  readonly clock: Pick<Clock, 'monotonic'>
  readonly random: Random
  /** Hears of each record how long it took. */
  readonly took: (number: number, ms: number) => void
}

/** A record as it was sent. */
interface Sent {
  readonly key: Uint8Array
  readonly value: Uint8Array
  readonly headers: readonly (readonly [string, Uint8Array | null])[]
}

/** A record as it came back. */
type Back = Pick<ConsumerRecord, 'key' | 'value'> & { readonly headers: Iterable<readonly [string, Uint8Array | null]> }

/** Sends one record after the other, each when the one before has come back. Throws when something else comes back than was sent. */
export async function roundTrips({ producer, consumer, options, clock, random, took }: RoundTrips): Promise<void> {
  const letters = (size: number): Uint8Array => new Uint8Array(size).fill(65 + random.nextInt(26))
  for (let number = 0; number < options.records; number++) {
    const sent: Sent = {
      key: letters(options.keySize),
      value: letters(options.valueSize),
      headers: Array.from({ length: options.headers }, () => [
        textOf(letters(options.headerKeySize)),
        options.headerValueSize === -1 ? null : letters(options.headerValueSize),
      ]),
    }
    const beginMs = clock.monotonic()
    await producer.send(options.topic, sent)
    const batches = await consumer.poll(timeoutMs)
    const ms = clock.monotonic() - beginMs
    const wrong = difference(
      sent,
      batches.flatMap((batch) => [...batch]),
    )
    if (wrong !== undefined) {
      await consumer.commit()
      throw new JavaError('java.lang.RuntimeException', wrong)
    }
    took(number, ms)
  }
}

/** What is wrong with what came back, in Kafka's words; undefined when it is what was sent. */
export function difference(sent: Sent, [record, ...more]: readonly Back[]): string | undefined {
  if (record === undefined) return `poll() timed out before finding a result (timeout:[${timeoutMs}ms])`
  const [value, key] = [textOf(record.value), record.key]
  if (value !== textOf(sent.value)) return `The message value read [${value}] did not match the message value sent [${textOf(sent.value)}]`
  if (key === null) return 'Expected message key but received null'
  if (textOf(key) !== textOf(sent.key))
    return `The message key read [${textOf(key)}] did not match the message key sent [${textOf(sent.key)}]`
  const headers = [...record.headers]
  if (sent.headers.length > 0 && headers.length === 0) return 'Expected message headers but received none'
  for (const [index, [name, told]] of sent.headers.entries()) {
    const [readName, read] = headers[index] ?? []
    if (readName === undefined || read === undefined) break
    if (readName === name && shown(read) === shown(told)) continue
    return `The message header read [${readName}:${shown(read)}] did not match the message header sent [${name}:${shown(told)}]`
  }
  if (sent.headers.length > 0 && headers.length !== sent.headers.length) return 'Header count mismatch between sent and received messages'
  return more.length === 0 ? undefined : `Only one result was expected during this test. We found [${more.length + 1}]`
}

function textOf(bytes: Uint8Array | null): string {
  return Buffer.from(bytes ?? []).toString()
}

function shown(bytes: Uint8Array | null): string {
  return bytes === null ? 'null' : `[${bytes.join(', ')}]`
}
