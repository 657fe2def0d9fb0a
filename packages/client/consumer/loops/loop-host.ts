import type { Handed, Over, Reader } from '../fetch/reader.ts'
import type { BatchCommitter } from './delivered-batch.ts'
import type { Ending } from './ending.ts'

/** What a consumer needs of the loop that is active. */
export interface ActiveLoop {
  /** What the application has in hand counts as not processed, and comes again. Handlers of `run` are waited for instead. */
  readonly letGo?: (() => void) | undefined
}

/** What a loop needs of its consumer. */
export interface LoopHost extends BatchCommitter {
  readonly reader: Reader
  readonly maxPollRecords: number
  /** Throws when another loop is active, when the consumer is closed, or has no subscription. From now on this one is active. */
  begin(loop: ActiveLoop, call: string): void
  /** The loop has ended; another may begin. */
  end(loop: ActiveLoop): void
  /** A loop has ended: commits what is processed, with auto commit. Takes a short time at most, and never rejects. */
  commitFinished(): Promise<void>
  /** What it ends with: the caller's signal. Closing ends it too. */
  ending(signal: AbortSignal | undefined): Ending
  /** The application asks for records: watches, rebalances and interceptors hear of it. */
  next(over: Over): Promise<Handed | undefined>
  /** The application asks, and gets what it has already: only the watch hears of it. */
  asked(): void
}
