import type { ErrorName } from '@odradek/protocol'

/** How one element of a request fared. `message` null: the code says it all. */
export interface Outcome {
  readonly error: ErrorName
  readonly message: string | null
}

export const done: Outcome = Object.freeze({ error: 'NONE', message: null })

export function refused(error: ErrorName, message: string | null = null): Outcome {
  return { error, message }
}
