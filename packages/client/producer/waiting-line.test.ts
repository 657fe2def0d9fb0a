import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WaitingLine } from './waiting-line.ts'

test('who comes first goes first, also when others come in between', () => {
  const line = new WaitingLine<number>()
  const gone: number[] = []
  let next = 0
  for (let round = 0; round < 200; round++) {
    for (let i = 0; i < 40; i++) line.push(next++)
    assert.equal(line.first, gone.length)
    for (let i = 0; i < (round % 3) * 20; i++) {
      const one = line.shift()
      if (one !== undefined) gone.push(one)
    }
    assert.equal(line.length, next - gone.length)
  }
  assert.deepEqual(
    [...gone, ...line],
    Array.from({ length: next }, (_, index) => index),
  )
  assert.equal(line.takeAll().length, next - gone.length)
  assert.deepEqual([line.length, line.first, line.shift(), [...line]], [0, undefined, undefined, []])
})

// The console producer read a million short lines faster than the metadata of their topic came: taking each from the front of an array took 25 seconds.
test('a line of half a million is gone through before it is looked at again', () => {
  const line = new WaitingLine<number>()
  for (let i = 0; i < 500_000; i++) line.push(i)
  let sum = 0
  for (let one = line.shift(); one !== undefined; one = line.shift()) sum += one
  assert.equal(sum, (500_000 * 499_999) / 2)
  assert.equal(line.length, 0)
})
