import type { Environment } from '../environment.ts'

/** Keeps the process alive while at least one caller waits. */
export class Holder {
  readonly #environment: Pick<Environment, 'hold'>
  #waiting = 0
  #letGo: (() => void) | undefined

  constructor(environment: Pick<Environment, 'hold'>) {
    this.#environment = environment
  }

  /** Returns the function to be called once, when the caller waits no longer. */
  hold(): () => void {
    if (this.#waiting++ === 0) this.#letGo = this.#environment.hold()
    return this.#release
  }

  readonly #release = (): void => {
    if (--this.#waiting === 0) this.#letGo?.()
  }
}
