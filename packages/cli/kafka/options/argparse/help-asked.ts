import { helpOf } from './help.ts'
import type { Scope } from './scope.ts'

/** `-h` was met, before anything that is wrong. */
export class HelpAsked extends Error {
  override readonly name = 'HelpAsked'
  readonly #scope: Scope

  constructor(scope: Scope) {
    super('Help was asked for')
    this.#scope = scope
  }

  screen(width: number): string {
    return helpOf(this.#scope, width)
  }
}
