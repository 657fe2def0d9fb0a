import { SeededRandom } from '@odradek/common/random'
import { VirtualTime } from '@odradek/common/time'
import type { Plan, Rates } from '../plan.ts'
import { Trace } from './trace.ts'

/** Something that must never be so, and is. */
export interface Violation {
  /** Which invariant: a number of reliability.md 4, or a name of ours. */
  readonly invariant: string
  readonly message: string
  readonly atMs: number
}

/** The ground on which one seed runs: its time, its dice, what was seen. Everything in a simulation holds one. */
export class World {
  readonly plan: Plan
  readonly time = new VirtualTime()
  readonly trace = new Trace()
  readonly random: SeededRandom
  /** How often something happened that a simulation must meet now and then, or it proves nothing. */
  readonly counts = new Map<string, number>()
  readonly violations: Violation[] = []
  /** No more faults: what was broken is mended, and everything must come to rest. */
  isHealed = false

  constructor(plan: Plan) {
    this.plan = plan
    this.random = new SeededRandom(plan.seed)
  }

  get nowMs(): number {
    return this.time.monotonic()
  }

  note(kind: string, ...details: readonly (string | number)[]): void {
    this.trace.note(this.time.monotonic(), kind, ...details)
  }

  sometimes(name: string, count = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + count)
  }

  /** Throws the dice for a fault that may happen at any time; never after healing. */
  strikes(fault: keyof Rates, dice: SeededRandom): boolean {
    const rate = this.isHealed ? 0 : this.plan.rates[fault]
    return rate > 0 && dice.nextFloat() < rate
  }

  violate(invariant: string, message: string): void {
    this.note('VIOLATED', invariant, message)
    if (this.violations.length < 20) this.violations.push({ invariant, message, atMs: this.nowMs })
  }
}

/** A delay around `meanMs`, now and then ten times as long: a heavy tail without transcendental functions. */
export function delayAround(meanMs: number, dice: SeededRandom): number {
  if (meanMs <= 0) return 0
  const draw = dice.nextFloat()
  const spread = meanMs * (0.5 + draw)
  return dice.nextInt(50) === 0 ? spread * (2 + dice.nextInt(9)) : spread
}
