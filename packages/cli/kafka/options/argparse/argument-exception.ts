import { justify } from './justify.ts'
import { nearWords } from './near-words.ts'
import type { Scope } from './scope.ts'
import { usageOf } from './usage.ts'

/** What was typed and is not there, and what is. */
export interface Unknown {
  readonly typed: string
  readonly words: readonly { readonly word: string; readonly shown: string }[]
}

/** The command line does not go together with its options. The message is what argparse4j would say. */
export class ArgumentException extends Error {
  override readonly name = 'ArgumentException'
  readonly #scope: Scope
  readonly #unknown: Unknown | undefined

  constructor(message: string, scope: Scope, unknown?: Unknown) {
    super(message)
    this.#scope = scope
    this.#unknown = unknown
  }

  /** What is shown instead of what the tool does: how it is used, what is wrong, and what may have been meant. */
  screen(width: number): string {
    const error = justify(`${this.#scope.prog}: error: ${this.message}\n`, { width, offset: 0, indent: '' })
    const meant = this.#unknown === undefined ? [] : nearWords(this.#unknown.typed, this.#unknown.words)
    const hint = meant.length === 0 ? '' : `\nDid you mean:\n${meant.map((word) => `\t${word}\n`).join('')}`
    return usageOf(this.#scope, width) + error + hint
  }
}
