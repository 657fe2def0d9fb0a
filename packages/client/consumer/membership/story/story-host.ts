import { Deferred } from '@odradek/common/async'
import { nameOf } from '../../../partitions.ts'
import type { Partitions } from '../../../partitions.ts'
import { comparePartitions } from '../classic/consumer-protocol.ts'
import type { Commits } from '../../commits.ts'
import type { MembershipHost } from '../membership.ts'

/** The consumer of a story: it has what it is given, and writes down what is asked of it. */
export class StoryHost implements MembershipHost {
  owned: Partitions = []
  /** What happened, in order: `assign a-0 a-1`, `revoke a-1`, `lose a-0`, `fail FENCED_INSTANCE_ID`. */
  readonly events: string[] = []
  commits: Commits | undefined
  /** What is processed and not committed; committed before partitions are given back. */
  processed: Record<string, number> = {}
  readonly commitErrors: unknown[] = []
  #gates = new Map<string, Deferred<void>>()
  #inside = 0

  get names(): string {
    return this.owned.map(nameOf).join(' ')
  }

  /** The next calls of this kind do not return before the gate is opened, as while a handler is at work. */
  holdUp(kind: 'revoke' | 'assign' | 'lose'): () => void {
    const gate = new Deferred<void>()
    this.#gates.set(kind, gate)
    return () => {
      this.#gates.delete(kind)
      gate.resolve()
    }
  }

  async revoke(partitions: Partitions): Promise<void> {
    await this.#step('revoke', partitions, async () => {
      await this.#commit(partitions)
      this.#drop(partitions)
    })
  }

  async lose(partitions: Partitions): Promise<void> {
    await this.#step('lose', partitions, () => this.#drop(partitions))
  }

  async assign(partitions: Partitions): Promise<void> {
    await this.#step('assign', partitions, () => {
      this.owned = [...this.owned, ...partitions].toSorted(comparePartitions)
    })
  }

  async commitProcessed(): Promise<void> {
    await this.#commit(this.owned)
  }

  fail(error: Error): void {
    this.events.push(`fail ${'code' in error ? String(error.code) : error.message}`)
  }

  async #step(kind: string, partitions: Partitions, action: () => void | Promise<void>): Promise<void> {
    if (this.#inside > 0) throw new Error(`${kind} was called while another call was not done`)
    this.#inside++
    this.events.push([kind, ...partitions.toSorted(comparePartitions).map(nameOf)].join(' '))
    await this.#gates.get(kind)?.promise
    await action()
    this.#inside--
  }

  async #commit(partitions: Partitions): Promise<void> {
    const offsets = partitions.flatMap(({ topic, partition }) => {
      const offset = this.processed[nameOf({ topic, partition })]
      return offset === undefined ? [] : [{ topic, partition, offset }]
    })
    if (offsets.length === 0) return
    await this.commits?.commit(offsets, { beforeRebalance: true }).catch((error: unknown) => this.commitErrors.push(error))
  }

  #drop(partitions: Partitions): void {
    const gone = new Set(partitions.map(nameOf))
    this.owned = this.owned.filter((partition) => !gone.has(nameOf(partition)))
  }
}
