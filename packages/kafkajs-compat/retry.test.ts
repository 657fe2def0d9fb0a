import assert from 'node:assert/strict'
import { test } from 'node:test'
import { firstRetryTime, nextRetryTime, retryBudgetMs, retrySettings } from './retry.ts'

test('settings of a client count before those of its Kafka, and both before the defaults of kafkajs', () => {
  assert.deepEqual(retrySettings(), { maxRetryTime: 30_000, initialRetryTime: 300, factor: 0.2, multiplier: 2, retries: 5 })
  const settings = retrySettings({ retries: 8, maxRetryTime: 100 }, { retries: 2 }, undefined)
  assert.equal(settings.retries, 2)
  assert.equal(settings.maxRetryTime, 100)
})

test('five attempts are tried for about nine seconds, endless ones for hours, but no more than a day', () => {
  assert.equal(retryBudgetMs(retrySettings()), 300 + 600 + 1200 + 2400 + 4800)
  assert.equal(retryBudgetMs(retrySettings({ retries: 0 })), 0)
  assert(retryBudgetMs(retrySettings({ retries: Number.MAX_SAFE_INTEGER })) > 8 * 3_600_000)
  assert(retryBudgetMs(retrySettings({ retries: Number.MAX_SAFE_INTEGER, maxRetryTime: 10 ** 9 })) <= 86_400_000)
})

test('waits grow, spread a little, and end at the longest', () => {
  const settings = retrySettings()
  const first = firstRetryTime(settings)
  assert(first >= 240 && first <= 361, `${first}`)
  const second = nextRetryTime(settings, first)
  assert(second >= first * 1.6 && second <= first * 2.4 + 2, `${first} ${second}`)
  assert.equal(nextRetryTime(settings, 29_000), 30_000)
})
