/** How many of the last events are kept to be printed. */
const kept = 2_000

type Detail = string | number

/**
 * What happened, as one number and as its last lines.
 *
 * Two runs of a seed are the same when their hashes are. Lines are put together only when somebody wants to read them.
 */
export class Trace {
  readonly #ring: (readonly [atMs: number, kind: string, details: readonly Detail[]])[] = []
  readonly #words = new Map<string, number>()
  #hash = 0x811c9dc5
  events = 0

  note(atMs: number, kind: string, ...details: readonly Detail[]): void {
    let hash = Math.imul(this.#hash ^ (Math.round(atMs * 1000) | 0), 0x01000193)
    hash = Math.imul(hash ^ this.#hashOf(kind), 0x01000193)
    for (const detail of details) hash = Math.imul(hash ^ (typeof detail === 'number' ? detail | 0 : this.#hashOf(detail)), 0x01000193)
    this.#hash = hash ^ (hash >>> 15)
    this.#ring[this.events % kept] = [atMs, kind, details]
    this.events++
  }

  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0')
  }

  /** The last lines, oldest first. */
  lines(count = kept): string[] {
    const from = Math.max(0, this.events - Math.min(count, kept))
    const lines: string[] = []
    for (let i = from; i < this.events; i++) {
      const [atMs, kind, details] = this.#ring[i % kept] ?? [0, '', []]
      lines.push(`${atMs.toFixed(3).padStart(11)} ${kind} ${details.join(' ')}`)
    }
    return lines
  }

  #hashOf(text: string): number {
    let hash = this.#words.get(text)
    if (hash === undefined) {
      hash = 0x811c9dc5
      for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
      if (this.#words.size < 10_000) this.#words.set(text, hash)
    }
    return hash
  }
}
