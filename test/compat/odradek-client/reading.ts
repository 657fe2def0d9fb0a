import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import type { Consumer, ConsumerOptions, ConsumerRecord, Partitions } from '@odradek/client'
import type { Place } from './place.ts'

type Read = ConsumerRecord<string, Uint8Array | null, Uint8Array | null>

export const bytes = (text: string): Buffer => Buffer.from(text)
export const text = (content: Uint8Array | null): string | null => (content === null ? null : Buffer.from(content).toString())
export const range = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i)
export const partitionsOf = (topic: string, count: number): Partitions => range(count).map((partition) => ({ topic, partition }))

/** The first so many records of a topic, in the order of their partitions' offsets. */
export async function readAll(
  at: Place,
  topic: string,
  partitions: number,
  count: number,
  options: ConsumerOptions = {},
): Promise<readonly Read[]> {
  await using consumer = at.consumer(options)
  consumer.assign(partitionsOf(topic, partitions))
  return await take(at, consumer, count)
}

/** The next so many records of a consumer. */
export async function take(at: Place, consumer: Consumer, count: number): Promise<readonly Read[]> {
  const records: Read[] = []
  if (count === 0) return records
  for await (const record of consumer.records({ signal: at.signal })) {
    records.push(record)
    if (records.length === count) break
  }
  assert.equal(records.length, count)
  return records
}

/** Values as text, by partition, in the order of their offsets; offsets must grow. */
export function byPartition(records: readonly Read[]): ReadonlyMap<number, readonly (string | null)[]> {
  const found = new Map<number, (string | null)[]>()
  const last = new Map<number, number>()
  for (const { partition, offset, value } of records) {
    assert.ok(offset > (last.get(partition) ?? -1), `offset ${offset} of partition ${partition} after ${last.get(partition)}`)
    last.set(partition, offset)
    found.set(partition, [...(found.get(partition) ?? []), text(value)])
  }
  return found
}

export const values = (records: readonly Read[]): readonly (string | null)[] => records.map(({ value }) => text(value))

/** So many records of text `0`, `1`, … in one partition, in order. */
export async function fill(at: Place, topic: string, count: number, { partition = 0, from = 0, batchSize = 16_384 } = {}): Promise<void> {
  await using producer = at.producer({ batchSize })
  for (const i of range(count)) void producer.send(topic, { value: String(from + i), partition })
  await producer.flush({ signal: at.signal })
}

/** Polls until it is so, because brokers tell each other things in their own time. */
export async function until(at: Place, what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) {
    if (at.signal.aborted) throw new Error(`it did not come about that ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** A promise that the other side settles when something was seen. */
export function seen(): { readonly happened: Promise<void>; readonly happen: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { happened: promise, happen: resolve }
}
