import assert from 'node:assert/strict'
import type { Producer } from '@odradek/client'
import type { Place } from '../place.ts'
import { partitionsOf, range, text } from '../reading.ts'

/** A producer under load that goes on whatever happens, and remembers what was acknowledged. */
export class Load {
  readonly topic: string
  readonly partitions: number
  /** By partition, the numbers that were acknowledged, with their offsets. */
  readonly acknowledged: readonly Map<number, number>[]
  readonly failures: unknown[] = []
  readonly #stop = new AbortController()
  readonly #over: Promise<void>
  #sent = 0

  constructor(producer: Producer, topic: string, partitions: number) {
    this.topic = topic
    this.partitions = partitions
    this.acknowledged = range(partitions).map(() => new Map())
    this.#over = this.#run(producer)
  }

  get count(): number {
    return this.acknowledged.reduce((sum, { size }) => sum + size, 0)
  }

  get sent(): number {
    return this.#sent
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#over
  }

  /** A few at a time for each partition, without a pause: the next when one is acknowledged. */
  async #run(producer: Producer): Promise<void> {
    const lane = async (partition: number, first: number, step: number): Promise<void> => {
      for (let i = first; !this.#stop.signal.aborted; i += step) {
        this.#sent++
        try {
          const { offset } = await producer.send(this.topic, { value: String(i), partition })
          this.acknowledged[partition]?.set(i, offset)
        } catch (error) {
          this.failures.push(error)
        }
        // As fast as it goes is more than a check has to read back.
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
    }
    const lanes = 8
    await Promise.all(range(this.partitions).flatMap((partition) => range(lanes).map((first) => lane(partition, first, lanes))))
  }

  /** Reads everything back: what was acknowledged is there, at its offset, nothing is there twice, and each lane is in its order. */
  async check(at: Place): Promise<void> {
    assert.deepEqual(this.failures.map(String), [])
    await using consumer = at.consumer({ maxPollRecords: 5000 })
    const places = partitionsOf(this.topic, this.partitions)
    consumer.assign(places)
    const ends = await consumer.endOffsets(places)
    const found = range(this.partitions).map(() => new Map<number, number>())
    const last = new Map<string, number>()
    let left = ends.filter(({ offset }) => offset > 0).length
    for await (const batch of consumer.batches({ signal: at.signal })) {
      for (const record of batch) {
        const i = Number(text(record.value))
        const mine = found[record.partition]
        assert(mine !== undefined)
        assert.ok(!mine.has(i), `${i} of partition ${record.partition} is there twice, at ${mine.get(i)} and ${record.offset}`)
        mine.set(i, record.offset)
        const lane = `${record.partition}/${i % 8}`
        assert.ok(i > (last.get(lane) ?? -1), `${i} after ${last.get(lane)} in partition ${record.partition}`)
        last.set(lane, i)
      }
      if (batch.nextOffset >= (ends[batch.partition]?.offset ?? 0) && --left === 0) break
    }
    for (const [partition, those] of this.acknowledged.entries()) {
      for (const [i, offset] of those) {
        const where = found[partition]?.get(i)
        assert.ok(where !== undefined, `${i} of partition ${partition} was acknowledged at ${offset} and is lost`)
        // A duplicate that the broker recognized has no offset.
        if (offset !== -1) assert.equal(where, offset)
      }
    }
  }
}
