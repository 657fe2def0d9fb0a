import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { ByteReader } from '@odradek/common/bytes'
import { exists } from '../schema/field.ts'
import type { Field, Fields } from '../schema/field.ts'
import { everyMessage } from './every-message.ts'

const isMessage = (name: string): boolean => /errormessage$/i.test(name)
const topic = 'ä'.repeat(32_767)
const quoting = `The topic '${topic}' cannot be: choose another name.`

/** A message out of its declaration, one element in each array, every error message with a quote. */
function quotingMessage(fields: Fields, version: number): Readonly<Record<string, unknown>> {
  const present = Object.entries(fields).filter(([, field]) => exists(field, version))
  return Object.fromEntries(present.map(([name, field]) => [name, isMessage(name) ? quoting : value(field, version)]))
}

function value({ type, default: absent }: Field, version: number): unknown {
  if (type.kind === 'array') return [value(type.of, version)]
  return type.kind === 'struct' ? quotingMessage(type.fields, version) : absent
}

function errorTexts(of: unknown): readonly string[] {
  if (Array.isArray(of)) return of.flatMap(errorTexts)
  if (typeof of !== 'object' || of === null || Buffer.isBuffer(of)) return []
  return Object.entries(of).flatMap(([name, inner]) => (isMessage(name) && typeof inner === 'string' ? [inner] : errorTexts(inner)))
}

test('an error message may quote what is as long as can be, in every answer that has one: its beginning and its end are kept', () => {
  const seen = new Set<number>()
  for (const { name, key, direction, version, fields, encode, decode } of everyMessage()) {
    if (direction === 'request') continue
    for (const text of errorTexts(decode(new ByteReader(encode(quotingMessage(fields, version)))))) {
      seen.add(key)
      assert.match(text, /^The topic 'ä+ … ä+' cannot be: choose another name\.$/, name)
      assert.equal(text.length, 4_096, name)
    }
  }
  assert(seen.size > 25, `${seen.size} APIs`)
})

test('an error message of usual length is written as it is', () => {
  for (const { name, direction, version, fields, encode, decode } of everyMessage()) {
    if (direction === 'request' || !Object.hasOwn(fields, 'errorMessage') || !exists(fields['errorMessage'] ?? assert.fail(), version))
      continue
    const errorMessage = 'x'.repeat(4_096)
    assert.equal(decode(new ByteReader(encode({ ...quotingMessage(fields, version), errorMessage })))['errorMessage'], errorMessage, name)
  }
})
