import type { Terminal } from '../terminal.ts'

/** From so many characters on lines are written at once, without waiting for the end of the turn. */
const fullLength = 1 << 16

/** One event a line, as JSON that begins with its time and its name. Those of one turn of the event loop are written together. */
export class JsonLines {
  readonly #terminal: Terminal
  readonly #now: () => number
  #lines = ''
  #isDue = false
  #slow: Promise<void> | undefined

  constructor(terminal: Terminal, now: () => number) {
    this.#terminal = terminal
    this.#now = now
  }

  say(name: string, fields: object = {}): void {
    this.#lines += `${JSON.stringify({ timestamp: this.#now(), name, ...fields })}\n`
    if (this.#lines.length >= fullLength) this.#write()
    else if (!this.#isDue) {
      this.#isDue = true
      setImmediate(() => {
        this.#isDue = false
        this.#write()
      })
    }
  }

  /** Undefined while the reader keeps up; otherwise wait for it before there are many more. */
  get slow(): Promise<void> | undefined {
    return this.#slow
  }

  /** Resolves when all has been written. */
  async end(): Promise<void> {
    for (this.#write(); this.#slow !== undefined;) await this.#slow
  }

  #write(): void {
    if (this.#lines === '' || this.#slow !== undefined) return
    const lines = this.#lines
    this.#lines = ''
    this.#slow = this.#terminal.out(lines)?.then(() => {
      this.#slow = undefined
      this.#write()
    })
  }
}
