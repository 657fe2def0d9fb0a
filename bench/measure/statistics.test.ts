import assert from 'node:assert/strict'
import { test } from 'node:test'
import { summarize } from './statistics.ts'

test('the median of an odd number of runs is one of them, of an even number lies between two', () => {
  assert.deepEqual(summarize([5, 1, 9]), { min: 1, median: 5, max: 9 })
  assert.deepEqual(summarize([4, 1, 9, 2]), { min: 1, median: 3, max: 9 })
  assert.deepEqual(summarize([7]), { min: 7, median: 7, max: 7 })
})

test('no runs are no result', () => {
  assert.throws(() => summarize([]), /nothing to summarize/)
})
