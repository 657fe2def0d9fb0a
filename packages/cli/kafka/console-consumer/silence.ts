/** Timers take no more than 31 bits. */
const longest = 2 ** 31 - 1

/** Aborts its signal when nothing has come for so long. */
export class Silence {
  readonly #controller = new AbortController()
  readonly #timeoutMs: number
  #timer: NodeJS.Timeout | undefined

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  begin(): void {
    if (this.#timeoutMs <= longest) this.#timer = setTimeout(() => this.#controller.abort(), this.#timeoutMs)
  }

  end(): void {
    clearTimeout(this.#timer)
  }
}
