import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { ClientError } from '../errors/client-error.ts'
import {
  bigint64,
  boolean,
  bytes,
  float32,
  float64,
  int16,
  int32,
  int64,
  json,
  list,
  nullable,
  serde,
  string,
  uuid,
  WriterSink,
} from './index.ts'
import type { Serde, SerdeContext } from './index.ts'

const context: SerdeContext = {
  topic: 't',
  part: 'value',
  headers: { size: 0, last: () => undefined, all: () => [], text: () => undefined, [Symbol.iterator]: () => [][Symbol.iterator]() },
}

function written<T>(of: Serde<T>, data: T): Buffer {
  const sink = new WriterSink()
  of.write(data, sink, context)
  return Buffer.from(sink.take())
}
const hex = <T>(of: Serde<T>, data: T): string => written(of, data).toString('hex')
const read = <T>(of: Serde<T>, text: string): T => of.read(new Uint8Array(Buffer.from(text, 'hex')), context)
/** What the compiler would not let through. */
const untyped = (data: unknown): ReturnType<typeof JSON.parse> => data

test('the wire forms are those of the Java serializers', () => {
  assert.equal(hex(int16, -2), 'fffe')
  assert.equal(hex(int32, -2), 'fffffffe')
  assert.equal(hex(int64, -2), 'fffffffffffffffe')
  assert.equal(hex(bigint64, -2n), 'fffffffffffffffe')
  assert.equal(hex(float32, 1.5), '3fc00000')
  assert.equal(hex(float64, -0.1), 'bfb999999999999a')
  assert.equal(hex(boolean, true), '01')
  assert.equal(
    hex(uuid, '123E4567-e89b-12d3-a456-426614174000'),
    '31323365343536372d653839622d313264332d613435362d343236363134313734303030',
  )
  assert.equal(hex(string, 'é한'), 'c3a9ed959c')
})

test('lists have the form of ListSerializer, with places of nulls or with lengths', () => {
  const vectors: readonly (readonly [Serde<unknown>, readonly unknown[], string])[] = [
    [untyped(list(nullable(string))), ['a', null, 'bc'], '01000000030000000161ffffffff000000026263'],
    [untyped(list(nullable(int32))), [1, null, 2], '000000000100000001000000030000000100000002'],
    [untyped(list(int64)), [1], '0000000000000000010000000000000001'],
    [untyped(list(boolean)), [true, false], '010000000200000001010000000100'],
    [untyped(list(string)), [], '0100000000'],
    [untyped(list(int16)), [-2], '000000000000000001fffe'],
    [untyped(list(float32)), [1.5], '0000000000000000013fc00000'],
    [untyped(list(nullable(float64))), [1.5, null], '000000000100000001000000023ff8000000000000'],
    [
      untyped(list(uuid)),
      ['123e4567-e89b-12d3-a456-426614174000'],
      '00000000000000000131323365343536372d653839622d313264332d613435362d343236363134313734303030',
    ],
  ]
  for (const [of, data, form] of vectors) {
    assert.equal(hex(of, data), form)
    assert.deepEqual(read(of, form), data)
  }
  assert.deepEqual(read(list(list(string)), hex(list(list(string)), [['a'], []])), [['a'], []])
})

test('whatever is written is read back', () => {
  const same = <T>(of: Serde<T>, data: fc.Arbitrary<T>): void =>
    fc.assert(fc.property(data, (value) => assert.deepEqual(of.read(written(of, value), context), value)))
  same(string, fc.string({ unit: 'grapheme' }))
  same(int16, fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 }))
  same(int32, fc.integer())
  same(int64, fc.maxSafeInteger())
  same(bigint64, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))
  same(float64, fc.double())
  same(boolean, fc.boolean())
  same(uuid, fc.uuid())
  same(
    json<unknown>(),
    // JSON has no −0.
    fc.jsonValue({ noUnicodeString: false }).map((value): unknown => JSON.parse(JSON.stringify(value))),
  )
  same(list(nullable(int32)), fc.array(fc.option(fc.integer())))
  same(list(nullable(string)), fc.array(fc.option(fc.string())))
})

test('a 64-bit integer is a number while it is exact, and a bigint beyond', () => {
  assert.equal(read(int64, '001fffffffffffff'), Number.MAX_SAFE_INTEGER)
  assert.equal(read(int64, '0020000000000000'), 2n ** 53n)
  assert.equal(hex(int64, 2n ** 63n - 1n), '7fffffffffffffff')
})

test('bytes of another length are no number, as in Java', () => {
  for (const fixed of [int16, int32, int64, bigint64, float32, float64, boolean, uuid]) {
    for (const form of ['', '010203']) assert.throws(() => read<unknown>(untyped(fixed), form), { code: 'ODRADEK_DESERIALIZATION' })
  }
  assert.throws(() => read(boolean, '02'), /0 or 1, and this byte is 2/)
})

test('data of a wrong type or size are told at once', () => {
  for (const [of, data] of [
    [int16, 32_768],
    [int32, 2 ** 31],
    [int32, 1.5],
    [int32, '1'],
    [int64, 2 ** 53],
    [int64, 2n ** 63n],
    [bigint64, 1],
    [float64, '1'],
    [boolean, 1],
    [uuid, 'not one'],
    [string, 1],
    [bytes, 'text'],
    [list(int32), 7],
    [list(int32), [null]],
    [json(), () => 0],
  ] as const) {
    assert.throws(() => written(untyped(of), data), { code: 'ODRADEK_SERIALIZATION' }, `${typeof data} ${String(data)}`)
  }
})

test('json that is none, or is refused by its check', () => {
  assert.throws(() => read(json(), '7b'), { code: 'ODRADEK_DESERIALIZATION' })
  const positive = json((data) => {
    if (typeof data !== 'number' || data <= 0) throw new RangeError('not positive')
    return data
  })
  assert.equal(read(positive, hex(positive, 7)), 7)
  assert.throws(() => read(positive, hex(json(), -1)), /not positive/)
})

test('null belongs to nullable serdes only', () => {
  assert.equal(nullable(string).takesNull, true)
  assert.equal(string.takesNull, undefined)
  assert.equal(read(nullable(string), '61'), 'a')
  assert.throws(() => read(list(int32), '00000000010000000000000001'), /declare it with list\(nullable/)
})

test('what must be fetched first is asked for through nullable', async () => {
  const asked: string[] = []
  const registry: Serde<string> = { ...string, prepareWrite: async ({ topic }) => void asked.push(topic) }
  await nullable(registry).prepareWrite?.(context)
  assert.deepEqual(asked, ['t'])
  assert.equal('prepareWrite' in nullable(string), false)
})

test('a serde out of two functions', () => {
  const upper = serde<string>(
    (text) => Buffer.from(text.toUpperCase()),
    (data) => Buffer.from(data).toString(),
  )
  assert.equal(read(upper, hex(upper, 'a')), 'A')
  assert.throws(
    () =>
      written(
        serde<string>(
          untyped((text: string) => text),
          String,
        ),
        'a',
      ),
    /must give a Uint8Array/,
  )
  assert.throws(() => serde(untyped(1), untyped(2)), ClientError)
})

test('random bytes never make a list crash or grow', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 64 }),
      fc.constantFrom<Serde<unknown>>(untyped(list(nullable(int32))), untyped(list(string)), untyped(list(list(boolean)))),
      (data, of) => {
        try {
          of.read(data, context)
        } catch (error) {
          assert(error instanceof ClientError, String(error))
        }
      },
    ),
  )
})
