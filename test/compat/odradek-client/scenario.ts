import type { Need } from './broker-abilities.ts'
import type { Place } from './place.ts'

/** One behaviour of our client, tried against a broker that runs somewhere. Uses only names that its place makes, so that all may run at once. */
export interface Scenario {
  /** What a user would notice. */
  readonly name: string
  readonly needs: readonly Need[]
  run(at: Place): Promise<void>
}

/** Those of one theme. */
export interface Theme {
  readonly theme: string
  readonly scenarios: readonly Scenario[]
}

export function scenario(name: string, run: (at: Place) => Promise<void>, ...needs: readonly Need[]): Scenario {
  return { name, needs, run }
}
