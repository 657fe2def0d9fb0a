import { fixed } from '../java-format.ts'

/** What was read, and how long somebody waited for partitions meanwhile. */
export interface Reading {
  readonly startMs: number
  readonly endMs: number
  readonly records: number
  readonly bytes: number
  readonly joinMs: number
}

const columns =
  'data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec'

export function header(isDetailed: boolean): string {
  return `${isDetailed ? 'time, threadId' : 'start.time, end.time'}, ${columns}`
}

/** The line at the end. */
export function total({ startMs, endMs, records, bytes, joinMs }: Reading, date: (ms: number) => string): string {
  const [seconds, fetchMs] = [(endMs - startMs) / 1000, endMs - startMs - joinMs]
  const megabytes = bytes / (1024 * 1024)
  return [
    date(startMs),
    date(endMs),
    fixed(megabytes, 4),
    fixed(megabytes / seconds, 4),
    records,
    fixed(records / seconds, 4),
    joinMs,
    fetchMs,
    fixed(megabytes / (fetchMs / 1000), 4),
    fixed(records / (fetchMs / 1000), 4),
  ].join(', ')
}

/** A line on the way: of all that was read until now, and how fast since the line before. */
export function progress(now: Reading, before: Pick<Reading, 'records' | 'bytes'>, date: (ms: number) => string): string {
  const elapsedMs = now.endMs - now.startMs
  const fetchMs = elapsedMs - now.joinMs
  const megabytes = (now.bytes - before.bytes) / (1024 * 1024)
  const records = now.records - before.records
  const whileFetching = (amount: number): number => (fetchMs <= 0 ? 0 : (1000 * amount) / fetchMs)
  return [
    date(now.endMs),
    0,
    fixed(now.bytes / (1024 * 1024), 4),
    fixed((1000 * megabytes) / elapsedMs, 4),
    now.records,
    fixed((records / elapsedMs) * 1000, 4),
    now.joinMs,
    fetchMs,
    fixed(whileFetching(megabytes), 4),
    fixed(whileFetching(records), 4),
  ].join(', ')
}
