import type { Random } from '@odradek/common/random'
import { ExponentialBackoff } from '../../cluster/exponential-backoff.ts'
import type { GroupSettings } from './group-settings.ts'

/** How long to wait after so many failures before (from 0 on). */
export function backoffMs(attempt: number, { retryBackoffMs, retryBackoffMaxMs }: BackoffSettings, random: Random): number {
  return Math.round(new ExponentialBackoff(retryBackoffMs, retryBackoffMaxMs, random).afterMs(attempt + 1))
}

type BackoffSettings = Pick<GroupSettings, 'retryBackoffMs' | 'retryBackoffMaxMs'>
