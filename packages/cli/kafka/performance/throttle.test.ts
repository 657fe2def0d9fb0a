import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Throttle } from './throttle.ts'

test('whoever is early waits until the next one is due', () => {
  const throttle = new Throttle(100, 5_000)
  assert.equal(throttle.delayMs(1, 5_000), 10)
  assert.equal(throttle.delayMs(3, 5_005), 25)
})

test('whoever is late, or early by less than two milliseconds, goes on at once', () => {
  const throttle = new Throttle(1000, 0)
  assert.equal(throttle.delayMs(5, 7), 0)
  assert.equal(throttle.delayMs(5, 4), 0)
  assert.equal(throttle.delayMs(6, 4), 2)
})

test('a clock that stood still for a while is caught up with', () => {
  let now = 0
  let sent = 0
  const throttle = new Throttle(50, 0)
  for (let turn = 0; turn < 1_000; turn++) {
    sent++
    now += throttle.delayMs(sent, now)
    if (turn === 500) now += 3_000
  }
  assert.equal(now, 1000 * (1_000 / 50))
})

test('below zero nothing is held back, and zero lets nothing more go', () => {
  assert.equal(new Throttle(-1, 0).delayMs(1_000_000, 0), 0)
  assert.equal(new Throttle(0, 0).delayMs(1, 1_000), Infinity)
})
