import type { Consumer } from '@odradek/client'
import type { Place } from '../place.ts'
import { until } from '../reading.ts'

/** Members of a group that all read, at once, and count what they saw. */
export class Crowd implements AsyncDisposable {
  readonly #at: Place
  readonly #loops = new Map<Consumer, { readonly stop: AbortController; readonly over: Promise<void> }>()
  readonly #seen = new Set<string>()
  #error: unknown
  /** Records that came more than once. */
  repeated = 0

  constructor(at: Place) {
    this.#at = at
  }

  /** Lets it subscribe, unless it has, and read. */
  add(member: Consumer, topics?: readonly string[]): void {
    if (topics !== undefined) member.subscribe(topics)
    const stop = new AbortController()
    this.#loops.set(member, { stop, over: this.#read(member, stop.signal) })
  }

  get seen(): number {
    return this.#seen.size
  }

  /** Waits until so many different records were seen by all together. */
  async until(count: number): Promise<void> {
    try {
      await until(this.#at, `${count} records were seen`, () => this.#seen.size >= count || this.#error !== undefined)
    } catch (cause) {
      throw new Error(`${this.#seen.size} of ${count} records`, { cause })
    }
    if (this.#error !== undefined) throw this.#error
  }

  /** Ends its loop and closes it. */
  async stop(member: Consumer): Promise<void> {
    const loop = this.#loops.get(member)
    this.#loops.delete(member)
    loop?.stop.abort()
    await loop?.over
    await member.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { stop } of this.#loops.values()) stop.abort()
    await Promise.all([...this.#loops.keys()].map((member) => member.close({ timeoutMs: 2000 }).catch(() => undefined)))
  }

  async #read(member: Consumer, signal: AbortSignal): Promise<void> {
    try {
      for await (const { topic, partition, offset } of member.records({ signal: AbortSignal.any([signal, this.#at.signal]) })) {
        const name = `${topic}-${partition}@${offset}`
        if (this.#seen.has(name)) this.repeated++
        this.#seen.add(name)
      }
    } catch (error) {
      if (!signal.aborted) this.#error ??= error
    }
  }
}
