import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fixed } from './java-format.ts'

test('numbers have as many decimals as they are printed with', () => {
  assert.equal(fixed(9997.200784, 6), '9997.200784')
  assert.equal(fixed(1, 2), '1.00')
  assert.equal(fixed(0, 1), '0.0')
  assert.equal(fixed(1234567.891, 0), '1234568')
  assert.equal(fixed(-0.004, 2), '-0.00')
  assert.equal(fixed(-12.345, 1), '-12.3')
  assert.equal(fixed(1.5e21, 2), '1500000000000000000000.00')
  assert.equal(fixed(1e-300, 3), '0.000')
})

test('halves are rounded up, and what is a half is seen from the digits that are shown, as in Java', () => {
  // C would say 1.00, 0.12 and 2.67: as binary numbers these are a little less, or its halves go to the even digit.
  assert.equal(fixed(1.005, 2), '1.01')
  assert.equal(fixed(0.125, 2), '0.13')
  assert.equal(fixed(2.675, 2), '2.68')
  assert.equal(fixed(0.5, 0), '1')
  assert.equal(fixed(9.995, 2), '10.00')
})

test('what is no number is a word', () => {
  assert.equal(fixed(Number.NaN, 2), 'NaN')
  assert.equal(fixed(Infinity, 2), 'Infinity')
  assert.equal(fixed(-Infinity, 2), '-Infinity')
})
