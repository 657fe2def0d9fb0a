import { Buffer } from 'node:buffer'
import * as fc from 'fast-check'
import { exists } from './field.ts'
import type { Field, Fields } from './field.ts'

/**
 * Messages for property tests: what decoding gives, with every field of the version, now and then at its default, and with
 * tagged fields that nobody knows. Arrays have up to `maxLength` elements.
 */
export function arbitraryMessage(
  fields: Fields,
  { version, flexible, maxLength = 3 }: { readonly version: number; readonly flexible: boolean; readonly maxLength?: number },
): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  return struct(fields)

  function struct(inner: Fields): fc.Arbitrary<Readonly<Record<string, unknown>>> {
    const values = fc.record(
      Object.fromEntries(
        Object.entries(inner).map(([name, field]) => [name, exists(field, version) ? value(field) : fc.constant(field.default)]),
      ),
      { noNullPrototype: true },
    )
    if (!flexible) return values
    return fc.tuple(values, unknownTags).map(([known, tags]) => (tags.length === 0 ? known : { ...known, unknownTags: tags }))
  }

  function value(field: Field): fc.Arbitrary<unknown> {
    const some = byType(field)
    const withNull = version >= field.nullable ? fc.option(some, { freq: 4 }) : some
    return field.tag === undefined ? withNull : fc.oneof(fc.constant(field.default), withNull)
  }

  function byType({ type }: Field): fc.Arbitrary<unknown> {
    switch (type.kind) {
      case 'array':
        return fc.array(byType(type.of), { maxLength })
      case 'struct':
        return struct(type.fields)
      case 'int64':
        return int64[type.unsafe]
      default:
        return primitives[type.kind]
    }
  }
}

const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array))

const primitives = {
  int8: fc.integer({ min: -128, max: 127 }),
  int16: fc.integer({ min: -32_768, max: 32_767 }),
  uint16: fc.integer({ min: 0, max: 65_535 }),
  int32: fc.integer(),
  float64: fc.double({ noNaN: true }),
  bool: fc.boolean(),
  string: fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.string({ unit: 'grapheme', maxLength: 10 }),
    fc.string({ minLength: 130, maxLength: 150 }),
  ),
  bytes,
  records: bytes,
  uuid: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((array) => Buffer.from(array).toString('base64url')),
} as const

const safe = fc.oneof(fc.maxSafeInteger(), fc.integer())
const int64 = {
  refused: safe,
  nearest: fc.oneof(safe, fc.constant(2 ** 63), fc.constant(-(2 ** 63)), fc.constant(2 ** 60)),
  exact: fc.oneof(
    safe,
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value)),
  ),
} as const

/** Above all tags that Kafka uses. */
const unknownTags = fc.oneof(
  { weight: 6, arbitrary: fc.constant([]) },
  {
    weight: 1,
    arbitrary: fc
      .uniqueArray(fc.record({ tag: fc.integer({ min: 100, max: 2 ** 31 - 2 }), bytes }, { noNullPrototype: true }), {
        maxLength: 3,
        selector: ({ tag }) => tag,
      })
      .map((tags) => tags.toSorted((a, b) => a.tag - b.tag)),
  },
)
