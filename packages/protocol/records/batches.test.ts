import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { assignOffset, baseOffset } from './batch.ts'
import { findBatch, splitBatches, walkBatches } from './batches.ts'
import { javaBatches } from './java-batches.ts'

/** plain at 10, transactional at 20 to 23, stamped at 30 and 31. */
const parts = [Buffer.from(javaBatches.plain), Buffer.from(javaBatches.transactional), Buffer.from(javaBatches.stamped)]
for (const [i, part] of parts.entries()) assignOffset(part, 0, 10 + i * 10, 1)
const row = Buffer.concat(parts)

test('a row of batches is taken apart into the batches it was made of', () => {
  assert.deepEqual(splitBatches(row), parts)
})

test('a half batch at the end is left over, wherever it was cut', () => {
  const whole = row.length - (parts[2]?.length ?? 0)
  for (let cut = whole; cut < row.length; cut++) {
    const seen: number[] = []
    const end = walkBatches(row, 0, cut, (position) => {
      seen.push(baseOffset(row, position))
    })
    assert.deepEqual(seen, [10, 20], `cut at ${cut}`)
    assert.equal(end, whole)
  }
})

test('a walk ends where the visitor says so', () => {
  assert.equal(
    walkBatches(row, 0, row.length, () => false),
    0,
  )
})

test('the batch of an offset is the first that does not end before it', () => {
  const [first, second] = parts
  const secondAt = first?.length ?? 0
  const thirdAt = secondAt + (second?.length ?? 0)
  assert.equal(findBatch(row, 0, row.length, 0), 0)
  assert.equal(findBatch(row, 0, row.length, 10), 0)
  assert.equal(findBatch(row, 0, row.length, 11), secondAt)
  assert.equal(findBatch(row, 0, row.length, 23), secondAt)
  assert.equal(findBatch(row, 0, row.length, 24), thirdAt)
  assert.equal(findBatch(row, 0, row.length, 32), -1)
})
