import { isActive } from './broker-image.ts'
import type { BrokerImage } from './broker-image.ts'

/** All brokers that the cluster knows, those that are away too. Few enough to copy with each change. */
export class BrokersImage {
  static readonly empty = new BrokersImage(new Map(), new Map())
  readonly #live: ReadonlyMap<number, BrokerImage>
  readonly #remembered: ReadonlyMap<number, BrokerImage>
  readonly #all: readonly BrokerImage[]

  private constructor(live: ReadonlyMap<number, BrokerImage>, remembered: ReadonlyMap<number, BrokerImage>) {
    this.#live = live
    this.#remembered = remembered
    const ids = new Set([...live.keys(), ...remembered.keys()])
    this.#all = Array.from(ids)
      .toSorted((a, b) => a - b)
      .flatMap((id) => this.get(id) ?? [])
  }

  /** A broker that is away is fenced and not registered. */
  get(id: number): BrokerImage | undefined {
    return this.#live.get(id) ?? this.#remembered.get(id)
  }

  /** Whether the broker may lead partitions. */
  isActive(id: number): boolean {
    return isActive(this.#live.get(id))
  }

  /** By ascending id. */
  all(): readonly BrokerImage[] {
    return this.#all
  }

  /** By ascending id, those that may lead. */
  active(): readonly BrokerImage[] {
    return this.#all.filter(isActive)
  }

  /** With what the store now holds of some brokers; undefined where a key is gone. */
  with(changes: BrokerChanges): BrokersImage {
    return new BrokersImage(changed(this.#live, changes.live), changed(this.#remembered, changes.remembered))
  }
}

export interface BrokerChanges {
  readonly live: ReadonlyMap<number, BrokerImage | undefined>
  readonly remembered: ReadonlyMap<number, BrokerImage | undefined>
}

function changed<V>(before: ReadonlyMap<number, V>, changes: ReadonlyMap<number, V | undefined>): ReadonlyMap<number, V> {
  if (changes.size === 0) return before
  const after = new Map(before)
  for (const [id, value] of changes) {
    if (value === undefined) after.delete(id)
    else after.set(id, value)
  }
  return after
}
