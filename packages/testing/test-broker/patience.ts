import { milliseconds } from './time/duration.ts'
import type { Duration } from './time/duration.ts'

const firstPauseMs = 1
const longestPauseMs = 10

/**
 * Looks again and again until there is what a test waits for. It waits by the clock of the machine, whatever the broker's says; when the time is over it
 * fails with what `explain` says of the last look.
 */
export async function patiently<T>(
  timeout: Duration,
  look: () => T | undefined | Promise<T | undefined>,
  explain: () => string,
): Promise<T> {
  const timeoutMs = milliseconds(timeout)
  const endMs = performance.now() + timeoutMs
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const found = await look()
    if (found !== undefined) return found
    if (performance.now() >= endMs) throw new Error(`Waited ${timeoutMs} ms ${explain()}`)
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}
