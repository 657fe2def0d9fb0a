import assert from 'node:assert/strict'
import { test } from 'node:test'
import { milliseconds } from './duration.ts'

test('lengths of time are written as people write them', () => {
  const written: readonly [number | string, number][] = [
    [1500, 1500],
    ['200ms', 200],
    ['30 s', 30_000],
    ['1.5 minutes', 90_000],
    ['2 hours', 7_200_000],
    ['1 day', 86_400_000],
    ['2 Weeks', 1_209_600_000],
  ]
  for (const [text, ms] of written) assert.equal(milliseconds(text), ms)
})

test('what is no length of time is refused with how to write one', () => {
  for (const text of ['', 'soon', '3', '3 fortnights', '-1 s'])
    assert.throws(() => milliseconds(text), /as in '200 ms', '30 s', '5 minutes', '1 day'/)
  for (const number of [-1, Number.NaN, Number.POSITIVE_INFINITY]) assert.throws(() => milliseconds(number), /no length of time/)
})
