import type { Terminal } from '../../terminal.ts'
import { formatSize } from '../units/size.ts'

/** Says on a terminal how far long work has got; nothing where nobody looks, nor in the first second. */
export class Progress {
  readonly #terminal: Terminal
  readonly #total: number | undefined
  readonly #isShown: boolean
  readonly #begunMs = performance.now()
  #bytes = 0
  #toldMs: number
  #hasTold = false

  /** `total` in bytes, where it is known. */
  constructor(terminal: Terminal, total: number | undefined) {
    this.#terminal = terminal
    this.#total = total
    this.#isShown = terminal.outputIsTerminal && !terminal.inputIsTerminal
    this.#toldMs = this.#begunMs + 800
  }

  add(bytes: number): void {
    this.#bytes += bytes
    if (!this.#isShown || (this.#bytes & 0x3ff) > bytes) return
    const now = performance.now()
    if (now - this.#toldMs < 200) return
    this.#toldMs = now
    this.#hasTold = true
    const rate = this.#bytes / ((now - this.#begunMs) / 1000)
    this.#terminal.err(`\r\u001B[K${this.#bar()}${formatSize(this.#bytes)}  ${formatSize(rate)}/s`)
  }

  end(): void {
    if (this.#hasTold) this.#terminal.err('\r\u001B[K')
  }

  #bar(): string {
    if (this.#total === undefined || this.#total === 0) return ''
    const filled = Math.min(20, Math.floor((this.#bytes / this.#total) * 20))
    return `[${'#'.repeat(filled)}${' '.repeat(20 - filled)}] ${Math.floor((this.#bytes / this.#total) * 100)}%  `
  }
}
