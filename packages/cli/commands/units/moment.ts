import { UsageError } from '../../usage-error.ts'
import { durationMs } from './duration.ts'

/**
 * Milliseconds since 1970 of a moment as people give it: `2h` or `-2h` (so long ago), `now`, `2026-11-28`, `2026-11-28T10:00:00Z`, or the
 * milliseconds themselves. A time without a zone is of this machine's zone.
 */
export function momentMs(option: string, text: string, nowMs: number): number {
  if (text === 'now') return nowMs
  const ago = durationMs(text.replace(/^-/, ''))
  if (ago !== undefined) return nowMs - ago
  if (/^\d{12,15}$/.test(text)) return Number(text)
  const at = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/.test(text)
    ? Date.parse(text.length === 10 ? `${text}T00:00:00` : text.replace(' ', 'T'))
    : Number.NaN
  if (!Number.isNaN(at)) return at
  throw new UsageError(`${option} ${text}: write a moment as 2h (ago), 2026-11-28, 2026-11-28T10:00:00Z, or milliseconds since 1970`)
}

/** `2026-11-28 10:00:00.123`, in this machine's zone. */
export function formatMoment(ms: number): string {
  const at = new Date(ms)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, '0')}`
}
