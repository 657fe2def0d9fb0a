import { ConfigError } from './errors/config-error.ts'
import { checkWords, waitingWords } from './known-words.ts'

/** What everything that waits takes. */
export interface Waiting {
  /** Gives up when aborted: the promise rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined
  /** Gives up after so many milliseconds, instead of after the setting that belongs to the call. */
  readonly timeoutMs?: number | undefined
}

/** Throws `ConfigError` for what nobody can wait by, before anything is done. */
export function checkWaiting(options: Waiting, call: string): void {
  if (typeof options !== 'object' || options === null) {
    throw new ConfigError(
      `${call}: its options must be an object as { timeoutMs: 5000, signal }, and are ${options === null ? 'null' : `of type ${typeof options}`}.`,
    )
  }
  checkWords(options, waitingWords, call)
  checkSignal(options.signal, call)
  checkTimeout(options.timeoutMs, call)
}

export function checkSignal(signal: unknown, call: string): void {
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new ConfigError(`${call}: signal must be an AbortSignal, not ${shown(signal)}.`)
  }
}

export function checkTimeout(timeoutMs: unknown, call: string): void {
  if (timeoutMs === undefined || (typeof timeoutMs === 'number' && timeoutMs >= 0)) return
  throw new ConfigError(`${call}: timeoutMs must be a number of milliseconds from 0 on, not ${shown(timeoutMs)}.`)
}

const shown = (value: unknown): string =>
  typeof value === 'string' ? JSON.stringify(value) : typeof value === 'object' && value !== null ? 'an object' : String(value)
