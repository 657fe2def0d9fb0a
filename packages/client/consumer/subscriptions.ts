import type { ClusterMetadata } from '../cluster/metadata.ts'
import { ClientError } from '../errors/index.ts'
import type { RebalanceListener } from './consumer.ts'
import type { Subscription } from './membership/membership.ts'

/** What a consumer reads. */
export type Wish =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'assigned' }
  | { readonly kind: 'topics'; readonly topics: readonly string[] }
  | { readonly kind: 'pattern'; readonly pattern: RegExp }
  | { readonly kind: 're2j'; readonly re2j: string }

/** What the application has subscribed to or assigned, and what of that the group knows already. */
export class Subscriptions {
  readonly #excludesInternal: boolean
  #wish: Wish = { kind: 'nothing' }
  #listener: RebalanceListener = {}
  #matched: readonly string[] = []
  #isTold = false

  constructor(options: { readonly excludesInternal: boolean }) {
    this.#excludesInternal = options.excludesInternal
  }

  get wish(): Wish {
    return this.#wish
  }

  get listener(): RebalanceListener {
    return this.#listener
  }

  /** Whether partitions come from a group. */
  get isGroup(): boolean {
    return this.#wish.kind !== 'nothing' && this.#wish.kind !== 'assigned'
  }

  /** Names; of a pattern those that it has matched. */
  get topics(): readonly string[] {
    return this.#wish.kind === 'topics' ? this.#wish.topics : this.#matched
  }

  /** Whether the application still wants a topic of its group. Of what the broker matches only the broker knows. */
  wants(topic: string): boolean {
    const wish = this.#wish
    if (wish.kind === 'topics') return wish.topics.includes(topic)
    if (wish.kind !== 'pattern') return true
    wish.pattern.lastIndex = 0
    return wish.pattern.test(topic)
  }

  subscribe(wish: Wish, listener: RebalanceListener): void {
    if (this.#wish.kind === 'assigned') throw contradiction('subscribe', 'assign')
    this.#wish = wish
    this.#listener = listener
    this.#matched = []
    this.#isTold = false
  }

  assign(): void {
    if (this.isGroup) throw contradiction('assign', 'subscribe')
    this.#wish = { kind: 'assigned' }
  }

  /** The listener stays: of partitions that are still being given back it has to hear. */
  clear(): void {
    this.#wish = { kind: 'nothing' }
    this.#matched = []
    this.#isTold = false
  }

  /** The group has forgotten this member: it must be told again. */
  forget(): void {
    this.#isTold = false
  }

  /** What the group should be told now; undefined when it knows. A pattern is matched against all that is there, and waits for the first metadata. */
  news(metadata: ClusterMetadata): Subscription | undefined {
    const wish = this.#wish
    if (wish.kind === 'nothing' || wish.kind === 'assigned') return undefined
    if (wish.kind === 'pattern') {
      if (metadata.revision === 0) return undefined
      const matched = this.#match(wish.pattern, metadata)
      if (this.#isTold && isSame(matched, this.#matched)) return undefined
      this.#matched = matched
      this.#isTold = true
      return { topics: matched, pattern: wish.pattern }
    }
    if (this.#isTold) return undefined
    this.#isTold = true
    return wish.kind === 'topics' ? { topics: wish.topics } : { topics: [], re2j: wish.re2j }
  }

  #match(pattern: RegExp, { topics }: ClusterMetadata): readonly string[] {
    const matched: string[] = []
    for (const { name, isInternal } of topics.values()) {
      // A pattern with the flag g or y remembers where it stopped.
      pattern.lastIndex = 0
      if (!(isInternal && this.#excludesInternal) && pattern.test(name)) matched.push(name)
    }
    return matched.toSorted()
  }
}

const isSame = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((name, at) => name === b[at])

function contradiction(call: string, other: string): ClientError {
  return new ClientError('ODRADEK_STATE', `${call}() after ${other}(): partitions come either from a group or by assign()`, {
    hint: 'Await unsubscribe() first, or use two consumers.',
  })
}
