import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JsonValue } from './java-json.ts'

const refused = (act: () => unknown, message: string): void =>
  assert.throws(act, (error) => error instanceof Error && error.message === message)

test('values that are as they should be', () => {
  const json = JsonValue.parse('{"a": [{"b": "c", "n": 7, "l": 4294967296}]}')
  const [first] = json?.field('a').elements() ?? []
  assert.equal(first?.field('b').text(), 'c')
  assert.equal(first.field('n').int(), 7)
  assert.equal(first.field('l').long(), 2 ** 32)
  assert.equal(first.optional('nothing'), undefined)
})

test('half a text is none', () => {
  assert.equal(JsonValue.parse('{"a": ['), undefined)
  assert.equal(JsonValue.parse(''), undefined)
})

test('values that are not', () => {
  const json = new JsonValue({ n: 4_294_967_296, t: 'x', f: 1.5 })
  refused(() => json.field('t').int(), 'Expected `Integer` value, received "x"')
  refused(() => json.field('n').int(), 'Expected `Integer` value, received 4294967296')
  refused(() => json.field('f').long(), 'Expected `Long` value, received 1.5')
  refused(() => json.field('n').text(), 'Expected `String` value, received 4294967296')
  refused(() => json.field('t').elements(), 'Expected JSON array, received "x"')
  refused(() => json.field('t').field('y'), 'Expected JSON object, received "x"')
  refused(() => json.field('toString'), 'No such field exists: `toString`')
})
