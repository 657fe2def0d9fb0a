import type { RetryOptions } from './types/config.ts'

export type RetrySettings = Required<Omit<RetryOptions, 'restartOnFailure'>>

const defaults: RetrySettings = { maxRetryTime: 30_000, initialRetryTime: 300, factor: 0.2, multiplier: 2, retries: 5 }

/** Options of retrying, the later ones first in rank, with what kafkajs takes where nothing is said. */
export function retrySettings(...options: readonly (RetryOptions | undefined)[]): RetrySettings {
  const settings = { ...defaults }
  for (const option of options) {
    for (const name of ['maxRetryTime', 'initialRetryTime', 'factor', 'multiplier', 'retries'] as const) {
      const given = option?.[name]
      if (given !== undefined) settings[name] = given
    }
  }
  return settings
}

/** How long the next attempt but one waits, when the next one waits `retryTime`. */
export function nextRetryTime({ factor, multiplier, maxRetryTime }: RetrySettings, retryTime: number): number {
  return Math.min(spread(factor, retryTime) * multiplier, maxRetryTime)
}

export function firstRetryTime({ factor, initialRetryTime }: RetrySettings): number {
  return spread(factor, initialRetryTime)
}

/** How long all attempts together would take with kafkajs, without the attempts themselves. The client below bounds time, not attempts. */
export function retryBudgetMs({ initialRetryTime, maxRetryTime, multiplier, retries }: RetrySettings): number {
  let [budgetMs, waitMs] = [0, initialRetryTime]
  for (let attempt = 0; attempt < Math.min(retries, 1000) && budgetMs < mostMs; attempt++) {
    budgetMs += waitMs
    waitMs = Math.min(waitMs * multiplier, maxRetryTime)
  }
  return Math.min(Math.round(budgetMs), mostMs)
}

/** A day: for those who retry for ever. */
const mostMs = 86_400_000

function spread(factor: number, ms: number): number {
  return Math.ceil(ms - factor * ms + Math.random() * 2 * factor * ms)
}
