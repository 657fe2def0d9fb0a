/**
 * A map whose keys are compared by what they say, not by which object they are.
 *
 * ```ts
 * const offsets = await admin.listOffsets([{ topic: 'orders', partition: 0, at: 'latest' }])
 * offsets.get({ topic: 'orders', partition: 0 }) // an object of your own does
 * ```
 */
export class KeyedMap<Key, Value> extends Map<Key, Value> {
  readonly #identify: (key: Key) => string
  /** The key objects that this map holds, by what they say. In a box, since a key may be undefined. */
  readonly #known = new Map<string, { readonly key: Key }>()

  constructor(identify: (key: Key) => string, entries: Iterable<readonly [Key, Value]> = []) {
    super()
    this.#identify = identify
    for (const [key, value] of entries) this.set(key, value)
  }

  override get(key: Key): Value | undefined {
    const known = this.#known.get(this.#identify(key))
    return known === undefined ? undefined : super.get(known.key)
  }

  override has(key: Key): boolean {
    return this.#known.has(this.#identify(key))
  }

  override set(key: Key, value: Value): this {
    const id = this.#identify(key)
    const known = this.#known.get(id) ?? { key }
    this.#known.set(id, known)
    return super.set(known.key, value)
  }

  override delete(key: Key): boolean {
    const id = this.#identify(key)
    const known = this.#known.get(id)
    this.#known.delete(id)
    return known !== undefined && super.delete(known.key)
  }

  override clear(): void {
    this.#known.clear()
    super.clear()
  }
}
