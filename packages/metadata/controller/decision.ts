import type { Random } from '@odradek/common/random'
import type { ErrorName } from '@odradek/protocol'
import type { ClusterImage } from '../image/cluster-image.ts'
import type { Change } from '../store.ts'
import type { ConfigRules } from './config-rules.ts'
import type { ControllerSettings } from './settings.ts'

/** What a controller decided: what is to be written, and what is answered once it is. */
export interface Decision<Answer> {
  readonly changes: readonly Change[]
  readonly answer: Answer
}

/** What decisions are made from. Decisions are functions of it and of the request, and of nothing else. */
export interface DecisionContext {
  readonly image: ClusterImage
  readonly settings: ControllerSettings
  readonly rules: ConfigRules
  readonly random: Random
}

/** How one element of a request fared. `message` null: the code says it all. */
export interface Outcome {
  readonly error: ErrorName
  readonly message: string | null
}

export const done: Outcome = Object.freeze({ error: 'NONE', message: null })

export function refused(error: ErrorName, message: string | null = null): Outcome {
  return { error, message }
}

/** The elements that are named more than once. */
export function duplicatesOf<T>(elements: readonly T[]): ReadonlySet<T> {
  const seen = new Set<T>()
  const twice = new Set<T>()
  for (const element of elements) {
    if (seen.has(element)) twice.add(element)
    seen.add(element)
  }
  return twice
}
