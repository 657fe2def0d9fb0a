import { JavaError } from './java-error.ts'

/** JSON as Kafka's tools read it: what is not as it should be is said in the words of theirs. */
export class JsonValue {
  readonly #value: unknown

  constructor(value: unknown) {
    this.#value = value
  }

  /** Undefined when the text is no JSON. */
  static parse(text: string): JsonValue | undefined {
    try {
      return new JsonValue(JSON.parse(text))
    } catch {
      return undefined
    }
  }

  /** A field that may be missing. */
  optional(name: string): JsonValue | undefined {
    const object = this.#value
    if (typeof object !== 'object' || object === null || Array.isArray(object)) throw this.#unexpected('Expected JSON object')
    const found = Object.entries(object).find(([key]) => key === name)
    return found === undefined ? undefined : new JsonValue(found[1])
  }

  /** A field that must be there. */
  field(name: string): JsonValue {
    return this.optional(name) ?? mappingError(`No such field exists: \`${name}\``)
  }

  elements(): readonly JsonValue[] {
    if (!Array.isArray(this.#value)) throw this.#unexpected('Expected JSON array')
    return this.#value.map((element) => new JsonValue(element))
  }

  text(): string {
    if (typeof this.#value !== 'string') throw this.#unexpected('Expected `String` value')
    return this.#value
  }

  /** A whole number of 32 bits. */
  int(): number {
    const value = this.#value
    if (typeof value !== 'number' || (value | 0) !== value) throw this.#unexpected('Expected `Integer` value')
    return value
  }

  /** A whole number that JavaScript can tell from its neighbours. */
  long(): number {
    const value = this.#value
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw this.#unexpected('Expected `Long` value')
    return value
  }

  #unexpected(expected: string): JavaError {
    return new JavaError('com.fasterxml.jackson.databind.JsonMappingException', `${expected}, received ${JSON.stringify(this.#value)}`)
  }
}

function mappingError(message: string): never {
  throw new JavaError('com.fasterxml.jackson.databind.JsonMappingException', message)
}
