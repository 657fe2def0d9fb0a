import { PassThrough } from 'node:stream'
import { Interruption } from './interruption.ts'
import type { Terminal } from './terminal.ts'

export interface RecordedTerminalOptions {
  readonly env?: Readonly<Record<string, string | undefined>>
  /** What is typed, or comes through a pipe, up to its end. Without it, `type()` and `end()` give it bit by bit. */
  readonly input?: string | Uint8Array
  readonly inputIsTerminal?: boolean
  readonly outputIsTerminal?: boolean
  readonly columns?: number
}

/** A terminal for tests: what is said is kept, and what a person would type or press is called. */
export class RecordedTerminal implements Terminal {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly input = new PassThrough()
  readonly inputIsTerminal: boolean
  readonly outputIsTerminal: boolean
  readonly columns: number | undefined
  readonly #interrupted = new AbortController()
  readonly #outputClosed = new AbortController()
  readonly #out: Buffer[] = []
  readonly #waiting: { readonly words: string | RegExp; readonly resolve: () => void }[] = []
  #err = ''

  constructor(options: RecordedTerminalOptions = {}) {
    this.env = options.env ?? {}
    this.inputIsTerminal = options.inputIsTerminal ?? false
    this.outputIsTerminal = options.outputIsTerminal ?? false
    this.columns = options.columns
    if (options.input !== undefined) this.input.end(options.input)
  }

  out(text: string | Uint8Array): Promise<void> | undefined {
    if (!this.#outputClosed.signal.aborted) this.#out.push(Buffer.from(text))
    this.#tell()
    return undefined
  }

  err(text: string): void {
    this.#err += text
    this.#tell()
  }

  get interrupted(): AbortSignal {
    return this.#interrupted.signal
  }

  get outputClosed(): AbortSignal {
    return this.#outputClosed.signal
  }

  /** All that went to stdout. */
  get stdout(): string {
    return Buffer.concat(this.#out).toString()
  }

  get stdoutBytes(): Uint8Array {
    return Buffer.concat(this.#out)
  }

  /** All that went to stderr. */
  get stderr(): string {
    return this.#err
  }

  type(text: string): void {
    this.input.write(text)
  }

  /** Ctrl-D, or the end of the pipe. */
  end(): void {
    this.input.end()
  }

  /** Ctrl-C, or what `kill` sends. */
  interrupt(signal: 'SIGINT' | 'SIGTERM' = 'SIGINT'): void {
    this.#interrupted.abort(new Interruption(signal))
  }

  /** Whoever read the output goes away. */
  closeOutput(): void {
    this.#outputClosed.abort()
  }

  /** Resolves when stdout or stderr has these words. */
  said(words: string | RegExp): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ words, resolve })
      this.#tell()
    })
  }

  #tell(): void {
    for (const waiting of this.#waiting.splice(0)) {
      const { words } = waiting
      const has = (text: string): boolean => (typeof words === 'string' ? text.includes(words) : words.test(text))
      if (has(this.stdout) || has(this.#err)) waiting.resolve()
      else this.#waiting.push(waiting)
    }
  }
}
