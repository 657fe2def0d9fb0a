import type { Random } from '@odradek/common/random'

/** How long to wait before the next attempt: doubled with each one up to a limit, ±20 % so that clients do not come all at once (KIP-580). */
export function backoffMs(attempt: number, settings: BackoffSettings, random: Random): number {
  const { retryBackoffMs, retryBackoffMaxMs } = settings
  const plainMs = Math.min(retryBackoffMs * 2 ** Math.min(attempt, 30), Math.max(retryBackoffMs, retryBackoffMaxMs))
  return Math.round(plainMs * (0.8 + 0.4 * random.nextFloat()))
}

export interface BackoffSettings {
  readonly retryBackoffMs: number
  readonly retryBackoffMaxMs: number
}
