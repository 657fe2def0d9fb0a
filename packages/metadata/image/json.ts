import type { JsonValue } from '../store.ts'

/**
 * Reads the fields of a value from the store. What is missing takes the default that is given, so that newer versions may
 * add fields; what has another type is damage, and throws.
 */
export class JsonFields {
  readonly #key: string
  readonly #fields: { readonly [name: string]: JsonValue }

  constructor(key: string, value: JsonValue) {
    this.#key = key
    if (typeof value !== 'object' || value === null || isList(value)) throw this.#wrong('the value')
    this.#fields = value
  }

  number(name: string, missing?: number): number {
    const value = this.#fields[name] ?? missing
    if (typeof value !== 'number') throw this.#wrong(name)
    return value
  }

  string(name: string, missing?: string): string {
    const value = this.#fields[name] ?? missing
    if (typeof value !== 'string') throw this.#wrong(name)
    return value
  }

  nullableString(name: string): string | null {
    const value = this.#fields[name] ?? null
    if (value !== null && typeof value !== 'string') throw this.#wrong(name)
    return value
  }

  boolean(name: string, missing: boolean): boolean {
    const value = this.#fields[name] ?? missing
    if (typeof value !== 'boolean') throw this.#wrong(name)
    return value
  }

  numbers(name: string): readonly number[] {
    return this.#list(name, (element) => typeof element === 'number')
  }

  strings(name: string): readonly string[] {
    return this.#list(name, (element) => typeof element === 'string')
  }

  objects(name: string): readonly JsonFields[] {
    const value = this.#fields[name] ?? none
    if (!isList(value)) throw this.#wrong(name)
    return value.map((element) => new JsonFields(`${this.#key}: ${name}`, element))
  }

  object(name: string): JsonFields {
    return new JsonFields(`${this.#key}: ${name}`, this.#fields[name] ?? {})
  }

  names(): readonly string[] {
    return Object.keys(this.#fields)
  }

  #list<T extends JsonValue>(name: string, fits: (element: JsonValue) => element is T): readonly T[] {
    const value = this.#fields[name]
    if (value === undefined) return none
    if (!isList(value) || !value.every(fits)) throw this.#wrong(name)
    return value
  }

  #wrong(name: string): Error {
    return new Error(`${this.#key} in the metadata store has an unreadable ${name}`)
  }
}

const none: readonly never[] = Object.freeze([])

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}
