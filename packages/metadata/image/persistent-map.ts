/**
 * An immutable map from strings. A changed copy shares all but one path with the map it came from: with 100,000 keys a
 * change copies two arrays of 64 pointers and a leaf of some 25 entries.
 */
export class PersistentMap<V> {
  readonly size: number
  readonly #root: Root<V>

  static empty<V>(): PersistentMap<V> {
    return new PersistentMap<V>([], 0)
  }

  /** Later entries win over earlier ones of the same key. */
  static from<V>(entries: Iterable<readonly [string, V]>): PersistentMap<V> {
    const root: Map<string, V>[][] = []
    let size = 0
    for (const [key, value] of entries) {
      const hash = hashOf(key)
      const branch = (root[hash >>> 6] ??= [])
      const leaf = (branch[hash & 63] ??= new Map())
      if (!leaf.has(key)) size++
      leaf.set(key, value)
    }
    return new PersistentMap(root, size)
  }

  private constructor(root: Root<V>, size: number) {
    this.#root = root
    this.size = size
  }

  get(key: string): V | undefined {
    const hash = hashOf(key)
    return this.#root[hash >>> 6]?.[hash & 63]?.get(key)
  }

  with(key: string, value: V): PersistentMap<V> {
    const leaf = this.#leafOf(key)
    const isNew = leaf?.has(key) !== true
    return this.#replaced(key, new Map(leaf).set(key, value), this.size + (isNew ? 1 : 0))
  }

  without(key: string): PersistentMap<V> {
    const leaf = new Map(this.#leafOf(key))
    return leaf.delete(key) ? this.#replaced(key, leaf, this.size - 1) : this
  }

  /** In no order that means anything. */
  *entries(): Iterable<[string, V]> {
    for (const branch of this.#root) if (branch !== undefined) for (const leaf of branch) if (leaf !== undefined) yield* leaf
  }

  *keys(): Iterable<string> {
    for (const [key] of this.entries()) yield key
  }

  *values(): Iterable<V> {
    for (const [, value] of this.entries()) yield value
  }

  #leafOf(key: string): ReadonlyMap<string, V> | undefined {
    const hash = hashOf(key)
    return this.#root[hash >>> 6]?.[hash & 63]
  }

  #replaced(key: string, leaf: ReadonlyMap<string, V>, size: number): PersistentMap<V> {
    const hash = hashOf(key)
    const branch = (this.#root[hash >>> 6] ?? []).slice()
    branch[hash & 63] = leaf
    const root = this.#root.slice()
    root[hash >>> 6] = branch
    return new PersistentMap(root, size)
  }
}

type Root<V> = readonly (readonly (ReadonlyMap<string, V> | undefined)[] | undefined)[]

/** Twelve bits of FNV-1a: six to choose a branch, six to choose a leaf. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  return (hash ^ (hash >>> 12) ^ (hash >>> 24)) & 4095
}
