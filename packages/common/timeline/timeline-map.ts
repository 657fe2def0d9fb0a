import type { Timeline, Undoable } from './timeline.ts'

/**
 * A map on a timeline: its unconfirmed changes can be taken back, and can be looked past.
 *
 * An entry costs no more than in a plain `Map` once its last change is settled.
 */
export class TimelineMap<Key, Value> {
  readonly #timeline: Timeline
  readonly #current = new Map<Key, Value>()
  /** For keys with unconfirmed changes: what they had before each of them, oldest first. */
  #before: Map<Key, (Value | undefined)[]> | undefined

  constructor(timeline: Timeline) {
    this.#timeline = timeline
  }

  get size(): number {
    return this.#current.size
  }

  has(key: Key): boolean {
    return this.#current.has(key)
  }

  get(key: Key): Value | undefined {
    return this.#current.get(key)
  }

  /** The value as far as it is confirmed. */
  getSettled(key: Key): Value | undefined {
    const before = this.#before?.get(key)
    return before === undefined ? this.#current.get(key) : before[0]
  }

  set(key: Key, value: Value): void {
    this.#remember(key)
    this.#current.set(key, value)
  }

  delete(key: Key): boolean {
    if (!this.#current.has(key)) return false
    this.#remember(key)
    return this.#current.delete(key)
  }

  keys(): MapIterator<Key> {
    return this.#current.keys()
  }

  values(): MapIterator<Value> {
    return this.#current.values()
  }

  entries(): MapIterator<[Key, Value]> {
    return this.#current.entries()
  }

  [Symbol.iterator](): MapIterator<[Key, Value]> {
    return this.#current.entries()
  }

  /** All entries as far as they are confirmed, in no particular order. */
  *settledEntries(): Generator<[Key, Value]> {
    const before = this.#before
    for (const entry of this.#current) {
      if (before === undefined || !before.has(entry[0])) yield entry
    }
    if (before === undefined) return
    for (const [key, values] of before) {
      const settled = values[0]
      if (settled !== undefined) yield [key, settled]
    }
  }

  #remember(key: Key): void {
    if (!this.#timeline.isOpen) return
    const value = this.#current.get(key)
    this.#before ??= new Map()
    const values = this.#before.get(key)
    if (values === undefined) this.#before.set(key, [value])
    else values.push(value)
    this.#timeline.remember(new KeyChange(this, key))
  }

  /** For `KeyChange`: the newest change of the key is taken back. */
  takeBack(key: Key): void {
    const values = this.#before?.get(key)
    const value = values?.pop()
    if (value === undefined) this.#current.delete(key)
    else this.#current.set(key, value)
    if (values?.length === 0) this.#before?.delete(key)
  }

  /** For `KeyChange`: the oldest change of the key is confirmed. */
  settleOne(key: Key): void {
    const values = this.#before?.get(key)
    values?.shift()
    if (values?.length === 0) this.#before?.delete(key)
    if (this.#before?.size === 0) this.#before = undefined
  }
}

class KeyChange<Key, Value> implements Undoable {
  readonly #map: TimelineMap<Key, Value>
  readonly #key: Key

  constructor(map: TimelineMap<Key, Value>, key: Key) {
    this.#map = map
    this.#key = key
  }

  undo(): void {
    this.#map.takeBack(this.#key)
  }

  forget(): void {
    this.#map.settleOne(this.#key)
  }
}
