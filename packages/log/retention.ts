import type { LogSettings } from './log-settings.ts'

/** A segment, as retention sees it. */
export interface RetainedSegment {
  readonly baseOffset: number
  readonly size: number
  /** Its largest timestamp, or the time of the last change of its file where it has none. */
  readonly retentionTimestamp: number
}

export interface RetentionView {
  readonly segments: Iterable<RetainedSegment>
  readonly startOffset: number
  readonly endOffset: number
  readonly highWatermark: number
  readonly nowMs: number
  /** False while the clock cannot be trusted: then nothing goes because of its age. */
  readonly clockIsSteady: boolean
}

export type RetentionReason = 'below the log start' | 'retention.bytes' | 'retention.ms'

/**
 * How many segments, from the oldest on, the settings of the topic no longer want, and why the last of them goes.
 *
 * Never one that reaches the high watermark, and never one behind a segment that stays. A segment with a timestamp in the
 * future therefore keeps all that come after it. The active one goes too if nothing else is left to hold it.
 */
export function segmentsToDelete(
  view: RetentionView,
  settings: LogSettings,
): { readonly count: number; readonly reason: RetentionReason | undefined } {
  const segments = Array.from(view.segments)
  let bytesLeft = segments.reduce((sum, segment) => sum + segment.size, 0)
  let reason: RetentionReason | undefined
  let count = 0
  for (const [index, segment] of segments.entries()) {
    const next = segments[index + 1]
    const end = next?.baseOffset ?? view.endOffset
    if (view.highWatermark < end || (next === undefined && segment.size === 0)) break
    const why = reasonToDelete(segment, next?.baseOffset, bytesLeft, view, settings)
    if (why === undefined) break
    reason = why
    bytesLeft -= segment.size
    count++
  }
  return { count, reason }
}

function reasonToDelete(
  segment: RetainedSegment,
  nextBase: number | undefined,
  bytesLeft: number,
  view: RetentionView,
  settings: LogSettings,
): RetentionReason | undefined {
  if (nextBase !== undefined && nextBase <= view.startOffset) return 'below the log start'
  if (!settings.deletes) return undefined
  if (bytesLeft - segment.size >= settings.retentionBytes) return 'retention.bytes'
  // Asking a segment for its time may open its index; "for ever" needs no answer.
  if (settings.retentionMs === Number.POSITIVE_INFINITY || !view.clockIsSteady) return undefined
  return view.nowMs - segment.retentionTimestamp > settings.retentionMs ? 'retention.ms' : undefined
}
