import type { Release } from './releases.ts'

/** A broker as those see it who answer in its name. */
export interface BrokerIdentity {
  readonly id: number
  readonly host: string
  readonly release: Release
  readonly isUp: boolean
  /** Grows with each start: what was begun before a crash is not ended after it. */
  readonly life: number
}
