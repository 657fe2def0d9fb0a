import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { errorCode } from '../errors.ts'
import * as batch from './batch.ts'
import { batchProblems, findBatchProblem, findFrameProblem } from './batch-checks.ts'
import { javaBatches } from './java-batches.ts'

const { plain, transactional, stamped, commit } = javaBatches

/** A copy with some of its bytes changed, and a checksum that fits them. */
function changed(bytes: Buffer, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes)
  change(copy)
  batch.writeCrc(copy, 0)
  return copy
}

const problemOf = (bytes: Buffer) => findBatchProblem(bytes, 0, bytes.length)
const field = batch.batchField

test('what the Java client sends is accepted', () => {
  for (const name of ['plain', 'gzip', 'snappy', 'lz4', 'zstd'] as const) assert.equal(problemOf(javaBatches[name]), undefined, name)
})

test('bytes that hold no whole batch are refused', () => {
  assert.equal(problemOf(Buffer.alloc(0)), 'EMPTY')
  assert.equal(problemOf(plain.subarray(0, 11)), 'CUT_OFF')
  assert.equal(problemOf(plain.subarray(0, 60)), 'CUT_OFF')
  assert.equal(problemOf(plain.subarray(0, plain.length - 1)), 'CUT_OFF')
})

test('a second batch, or a single byte behind the batch, is refused', () => {
  assert.equal(problemOf(Buffer.concat([plain, plain])), 'SEVERAL_BATCHES')
  assert.equal(problemOf(Buffer.concat([plain, Buffer.alloc(1)])), 'SEVERAL_BATCHES')
})

test('old message formats and unknown ones are told apart', () => {
  assert.equal(problemOf(changed(plain, (copy) => copy.writeInt8(1, field.magic))), 'OLD_MAGIC')
  assert.equal(problemOf(changed(plain, (copy) => copy.writeInt8(3, field.magic))), 'UNKNOWN_MAGIC')
})

test('a batch that says it is smaller than its header is corrupt', () => {
  const small = Buffer.from(plain)
  small.writeInt32BE(48, field.batchLength)
  assert.equal(problemOf(small), 'TOO_SMALL')
  small.writeInt32BE(-20, field.batchLength)
  assert.equal(problemOf(small), 'TOO_SMALL')
})

test('clients may not set offsets, counts that do not fit, control records, log append time or unknown codecs', () => {
  assert.equal(problemOf(transactional), 'BASE_OFFSET')
  assert.equal(problemOf(changed(plain, (copy) => copy.writeInt32BE(2, field.recordCount))), 'COUNT')
  const none = changed(plain, (copy) => {
    copy.writeInt32BE(0, field.recordCount)
    copy.writeInt32BE(-1, field.lastOffsetDelta)
  })
  assert.equal(problemOf(none), 'COUNT')
  assert.equal(problemOf(changed(commit, (copy) => batch.assignOffset(copy, 0, 0, -1))), 'CONTROL')
  assert.equal(problemOf(changed(stamped, (copy) => batch.assignOffset(copy, 0, 0, -1))), 'LOG_APPEND_TIME')
  assert.equal(problemOf(changed(plain, (copy) => copy.writeInt16BE(5, field.attributes))), 'CODEC')
})

test('a producer id needs a sequence', () => {
  const withoutSequence = changed(plain, (copy) => copy.writeBigInt64BE(12n, field.producerId))
  assert.equal(problemOf(withoutSequence), 'SEQUENCE')
})

test('numbers that a double cannot hold are refused before anybody counts with them', () => {
  for (const [at, problem] of [
    [field.producerId, 'UNSAFE_PRODUCER_ID'],
    [field.baseTimestamp, 'UNSAFE_TIMESTAMP'],
    [field.maxTimestamp, 'UNSAFE_TIMESTAMP'],
  ] as const) {
    const large = changed(plain, (copy) => {
      copy.writeInt32BE(0, field.baseSequence)
      copy.writeBigInt64BE(2n ** 60n, at)
    })
    assert.equal(problemOf(large), problem)
  }
})

test('any byte that changes behind the leader epoch is noticed', () => {
  for (let at = field.magic; at < plain.length; at++) {
    const damaged = Buffer.from(plain)
    damaged[at] = (damaged[at] ?? 0) ^ 0x55
    assert.notEqual(problemOf(damaged), undefined, `byte ${at}`)
  }
})

test('random bytes are refused, never thrown at', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(20), (bytes, skip) => {
      const buffer = Buffer.from(bytes)
      const start = Math.min(skip, buffer.length)
      assert.notEqual(findBatchProblem(buffer, start, buffer.length), undefined)
      assert.notEqual(findFrameProblem(buffer, start, Math.min(start + 60, buffer.length)), undefined)
    }),
  )
})

test('every problem has an answer of the protocol', () => {
  for (const [code] of Object.values(batchProblems)) assert.ok(errorCode(code) > 0, code)
})
