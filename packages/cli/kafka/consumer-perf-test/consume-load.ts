import type { Consumer } from '@odradek/client'
import type { Clock } from '@odradek/common/time'
import type { JoinTime } from './join-time.ts'
import { progress } from './report.ts'
import type { Reading } from './report.ts'

export interface ConsumedLoad {
  /** Is subscribed. */
  readonly consumer: Consumer
  /** How many records to read; what came with the last of them is read too. */
  readonly records: number
  /** How long to wait for the next ones. */
  readonly timeoutMs: number
  readonly reportingIntervalMs: number
  /** Hears how it goes, if anybody wants to. */
  readonly report: ((line: string) => void) | undefined
  readonly date: (ms: number) => string
  readonly joinTime: JoinTime
  readonly clock: Pick<Clock, 'now'>
}

/** Reads so many records; fewer when no more come in time. */
export async function consumeLoad(load: ConsumedLoad): Promise<Reading> {
  const { consumer, records: wanted, timeoutMs, reportingIntervalMs, report, date, joinTime, clock } = load
  const startMs = clock.now()
  let [records, bytes] = [0, 0]
  let reported = { records, bytes, atMs: startMs }
  let consumedMs = startMs
  for (let nowMs = startMs; records < wanted && nowMs - consumedMs <= timeoutMs;) {
    const batches = await consumer.poll(100)
    nowMs = clock.now()
    if (batches.length === 0) continue
    consumedMs = nowMs
    for (const batch of batches) {
      records += batch.count
      for (const record of batch.cursor()) bytes += Math.max(0, record.serializedKeySize) + Math.max(0, record.serializedValueSize)
    }
    if (nowMs - reported.atMs < reportingIntervalMs) continue
    report?.(progress({ startMs: reported.atMs, endMs: nowMs, records, bytes, joinMs: joinTime.roundMs }, reported, date))
    joinTime.roundMs = 0
    reported = { records, bytes, atMs: nowMs }
  }
  return { startMs, endMs: clock.now(), records, bytes, joinMs: joinTime.totalMs }
}
