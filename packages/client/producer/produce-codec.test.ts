import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { ByteReader, ByteWriter } from '@odradek/common/bytes'
import { Produce } from '@odradek/protocol/messages'
import type { ResponseDraft } from '@odradek/protocol/schema'
import * as fc from 'fast-check'
import { UsualProduce } from './produce-codec.ts'

const versions = [3, 7, 8, 9, 10, 11, 12, 13]
const version = fc.constantFrom(...versions)
const uuid = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('base64url'))
const name = fc.oneof(fc.string({ minLength: 1, maxLength: 20 }), fc.string({ minLength: 120, maxLength: 260 }))

const bytes = fc.uint8Array({ maxLength: 300 }).map((content) => Buffer.from(content))
const request = fc.record({
  transactionalId: fc.option(name),
  acks: fc.constantFrom(-1, 0, 1),
  timeoutMs: fc.nat(100_000),
  topicData: fc.array(
    fc.record({
      name,
      topicId: uuid,
      partitionData: fc.array(
        fc.record({ index: fc.nat(10_000), records: fc.oneof(bytes, fc.array(bytes, { maxLength: 3 }), fc.constant(null)) }),
      ),
    }),
  ),
})

const written = (encode: (writer: ByteWriter) => void): string => {
  const writer = new ByteWriter()
  encode(writer)
  return Buffer.concat(writer.chunks()).toString('hex')
}

test('a request has the bytes of its declaration', () => {
  fc.assert(
    fc.property(version, request, (chosen, message) => {
      assert.equal(
        written((writer) => UsualProduce.encodeRequest(writer, message, chosen)),
        written((writer) => Produce.encodeRequest(writer, message, chosen)),
      )
    }),
  )
})

const offset = fc.oneof(fc.nat(), fc.constant(-1), fc.maxSafeNat())
const usualPartition = fc.record({
  index: fc.nat(1000),
  errorCode: fc.constant(0),
  baseOffset: offset,
  logAppendTimeMs: offset,
  logStartOffset: offset,
})
const strangePartition = fc.record({
  index: fc.nat(1000),
  errorCode: fc.constantFrom(0, 6, 87),
  baseOffset: offset,
  recordErrors: fc.array(fc.record({ batchIndex: fc.nat(5), batchIndexErrorMessage: fc.option(name) }), { maxLength: 2 }),
  errorMessage: fc.option(name),
  currentLeader: fc.record({ leaderId: fc.integer({ min: -1, max: 3 }), leaderEpoch: fc.integer({ min: -1, max: 3 }) }),
})
const responseOf = (partition: fc.Arbitrary<object>, minLength: number): fc.Arbitrary<object> =>
  fc.record({
    responses: fc.array(fc.record({ name, topicId: uuid, partitionResponses: fc.array(partition, { minLength, maxLength: 4 }) }), {
      minLength,
      maxLength: 3,
    }),
    throttleTimeMs: fc.nat(1000),
  })
const response = fc.oneof(
  responseOf(usualPartition, 1),
  responseOf(strangePartition, 0),
  responseOf(fc.oneof(usualPartition, strangePartition), 0),
)

test('an answer is read as by its declaration, whether all went well or not, whole or cut', () => {
  fc.assert(
    fc.property(version, response, fc.nat(400), fc.nat(255), (chosen, draft, at, byte) => {
      const writer = new ByteWriter()
      Produce.encodeResponse(writer, { responses: [], throttleTimeMs: 0, ...supported(draft, chosen) }, chosen)
      const whole = Buffer.from(writer.finish())
      const changed = Buffer.from(whole)
      if (at < changed.length) changed[at] = byte
      for (const frame of [whole, whole.subarray(0, Math.min(at, whole.length)), changed]) {
        const [ours, theirs] = [new ByteReader(frame), new ByteReader(frame)]
        assert.deepEqual(
          outcome(() => UsualProduce.decodeResponse(ours, chosen)),
          outcome(() => Produce.decodeResponse(theirs, chosen)),
        )
        assert.equal(ours.position, theirs.position)
      }
    }),
    { numRuns: 1000 },
  )
})

function supported(draft: object, chosen: number): ResponseDraft<typeof Produce> | object {
  return chosen >= 10 ? draft : JSON.parse(JSON.stringify(draft, (key, value: unknown) => (key === 'currentLeader' ? undefined : value)))
}

function outcome(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    return String(error)
  }
}
