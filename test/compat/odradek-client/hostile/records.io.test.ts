import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { describe, test } from 'node:test'
import type { Consumer, Kafka } from '@odradek/client'
import { SeededRandom } from '@odradek/common/random'
import { Fetch } from '@odradek/protocol/messages'
import { batchField, buildBatch, writeCrc } from '@odradek/protocol/records'
import { damaged } from '@odradek/testing'
import { readAnswer, withSize, writeAnswer } from '../wire/frames.ts'
import { threeRecords, topic } from './plausible.ts'
import { trial } from './trial.ts'
import type { Mischief, Outcome } from './trial.ts'

/** The broker answers what it is asked for, and the records at one offset are these. */
const recordsAt =
  (offset: number, records: (honest: Buffer) => Buffer): Mischief =>
  (request, honest) => {
    const asked = request.of(Fetch)
    if (asked === undefined) return honest()
    const answer = readAnswer(Fetch, request, honest().subarray(4))
    const responses = answer.responses.map((each, t) => ({
      ...each,
      partitions: each.partitions.map((partition, p) => {
        const from = asked.topics[t]?.partitions[p]?.fetchOffset ?? 0
        return from === offset ? { ...partition, records: records(threeRecords(from)) } : partition
      }),
    }))
    return withSize(writeAnswer(Fetch, request, { ...answer, responses }))
  }

/** Reads from the beginning until something is wrong; goes over that, as the error advises, and reads on. */
async function readOver(kafka: Kafka): Promise<string> {
  const consumer: Consumer = kafka.consumer({ autoOffsetReset: 'earliest', enableAutoCommit: false })
  consumer.assign([{ topic, partition: 0 }])
  const seen: string[] = []
  for (let polls = 0; polls < 20 && seen.length < 8; polls++) {
    try {
      for (const batch of await consumer.poll(1000)) for (const record of batch) seen.push(`${record.offset}`)
    } catch (error) {
      assert(error instanceof Error && 'code' in error)
      seen.push(String(error.code))
      assert.match(error.message, /orders-0|partition 0 of orders/)
      consumer.seek({ topic, partition: 0, offset: 6 })
    }
  }
  return seen.slice(0, 8).join(' ')
}

const reading = (mischief: Mischief, breathMs = 0): Promise<Outcome> => trial({ name: 'reading', run: readOver }, mischief, breathMs)

/** A batch whose CRC agrees with whatever was done to it. */
function sealed(batch: Buffer, change: (batch: Buffer) => void): Buffer {
  change(batch)
  writeCrc(batch, 0)
  return batch
}

const wrongs: Readonly<Record<string, (honest: Buffer) => Buffer>> = {
  'a wrong CRC': (batch) => {
    batch[batch.length - 1] = 0x55
    return batch
  },
  'a negative count of records': (batch) => sealed(batch, (each) => each.writeInt32BE(-1, batchField.recordCount)),
  'a count of two thousand million records': (batch) => sealed(batch, (each) => each.writeInt32BE(2_000_000_000, batchField.recordCount)),
  'fewer records than it says': (batch) => sealed(batch, (each) => each.writeInt32BE(4, batchField.recordCount)),
  'a record that is longer than its batch': (batch) => sealed(batch, (each) => each.writeUInt8(0x7e, 61)),
  'an unknown codec': (batch) => sealed(batch, (each) => each.writeInt16BE(7, batchField.attributes)),
  'compressed bytes that are none': (batch) => sealed(batch, (each) => each.writeInt16BE(1, batchField.attributes)),
}

describe('records of a broker that lies', () => {
  for (const [wrong, make] of Object.entries(wrongs)) {
    test(`${wrong}: CORRUPT_MESSAGE with the place, and a seek goes over it`, async () => {
      const { value } = await reading(recordsAt(3, make))
      assert.equal(value, '0 1 2 CORRUPT_MESSAGE 6 7 8 9')
    })
  }

  for (const codec of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
    test(`a bomb of ${codec} is refused before it is unpacked`, async () => {
      const bomb = buildBatch([{ key: null, value: Buffer.alloc(64 << 20), timestamp: 1 }], { codec })
      bomb.writeBigInt64BE(3n, 0)
      assert.ok(bomb.length < 4 << 20)
      const before = process.memoryUsage().arrayBuffers
      const { value } = await reading(
        recordsAt(3, () => bomb),
        25,
      )
      assert.equal(value, '0 1 2 CORRUPT_MESSAGE 6 7 8 9')
      assert.ok(process.memoryUsage().arrayBuffers - before < 48 << 20)
    })
  }

  test('hostile answers: batches damaged anywhere are read as they are, or are CORRUPT_MESSAGE; nothing hangs', async () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = new SeededRandom(seed)
      await reading(recordsAt(3, (honest) => damaged(honest, random))).catch((cause: unknown) => {
        throw new Error(`seed ${seed}`, { cause })
      })
    }
  })
})
