import { constants } from 'node:os'
import type { Readable } from 'node:stream'
import { isatty } from 'node:tty'
import { Interruption } from './interruption.ts'
import type { Terminal } from './terminal.ts'

/** The terminal of this process. What nobody asks for is not opened: a tool that does not look at `interrupted` is ended by a signal as any program. */
export function systemTerminal(): Terminal {
  return new SystemTerminal()
}

class SystemTerminal implements Terminal {
  readonly env = process.env
  #interrupted: AbortController | undefined
  #outputClosed: AbortController | undefined
  #isWatched = false
  #drained: Promise<void> | undefined

  get input(): Readable {
    return process.stdin
  }

  get inputIsTerminal(): boolean {
    return isatty(0)
  }

  get outputIsTerminal(): boolean {
    return isatty(1)
  }

  get columns(): number | undefined {
    return isatty(1) ? process.stdout.columns : undefined
  }

  out(text: string | Uint8Array): Promise<void> | undefined {
    if (this.outputClosed.aborted || text.length === 0) return undefined
    if (process.stdout.write(text)) return undefined
    this.#drained ??= this.#untilDrained()
    return this.#drained
  }

  /** The same for all who write meanwhile: the reader has caught up, or has gone. */
  #untilDrained(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        process.stdout.off('drain', done)
        this.outputClosed.removeEventListener('abort', done)
        this.#drained = undefined
        resolve()
      }
      process.stdout.on('drain', done)
      this.outputClosed.addEventListener('abort', done)
    })
  }

  err(text: string): void {
    this.#watch()
    process.stderr.write(text)
  }

  get interrupted(): AbortSignal {
    if (this.#interrupted === undefined) {
      const controller = new AbortController()
      this.#interrupted = controller
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        process.on(signal, () => {
          if (controller.signal.aborted) process.exit(128 + constants.signals[signal])
          controller.abort(new Interruption(signal))
        })
      }
    }
    return this.#interrupted.signal
  }

  get outputClosed(): AbortSignal {
    this.#watch()
    this.#outputClosed ??= new AbortController()
    return this.#outputClosed.signal
  }

  /** A reader that goes away is no failure of ours, as with any program of a pipe; but whoever writes on and on wants to know. */
  #watch(): void {
    if (this.#isWatched) return
    this.#isWatched = true
    this.#outputClosed ??= new AbortController()
    const closed = this.#outputClosed
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      closed.abort()
      if (error.code === 'EPIPE') return
      process.stderr.write(`The output can not be written: ${error.message}.\n`)
      process.exit(1)
    })
    process.stderr.on('error', () => undefined)
  }
}
