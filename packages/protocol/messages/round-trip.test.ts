import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ByteReader } from '@odradek/common/bytes'
import * as fc from 'fast-check'
import { consumerOffsetsEntries, transactionStateEntries } from '../entries/index.ts'
import { arbitraryMessage } from '../schema/arbitrary-message.ts'
import { everyMessage } from './every-message.ts'

/** For each of some 500 messages, so that the whole stays below a few seconds. More by RUNS=1000. */
const numRuns = Number(process.env['RUNS'] ?? 20)

test('every message in every version reads back as it was written, unknown tags included', () => {
  for (const { name, fields, version, flexible, encode, decode } of everyMessage()) {
    fc.assert(
      fc.property(arbitraryMessage(fields, { version, flexible }), (value) => {
        const bytes = encode(value)
        const reader = new ByteReader(bytes)
        const decoded = decode(reader)
        assert.deepEqual(decoded, { ...decoded, ...value }, name)
        assert.equal(reader.position, bytes.length, `${name} was not read to its end`)
        assert.deepEqual(encode(decoded), bytes, name)
      }),
      { numRuns },
    )
  }
})

test('what is left out of a message is read as its default, in every version', () => {
  for (const { name, fields, encode, decode } of everyMessage()) {
    const expected = Object.fromEntries(Object.entries(fields).map(([field, { default: value }]) => [field, value]))
    assert.deepEqual(decode(new ByteReader(encode({}))), expected, name)
  }
})

test('every record of __consumer_offsets reads back as it was written, in every version', () => {
  for (const { key, value, versions, flexible, encodeKey, decodeKey, encodeValue, decodeValue } of [
    ...consumerOffsetsEntries,
    ...transactionStateEntries,
  ]) {
    fc.assert(
      fc.property(arbitraryMessage(key, { version: 0, flexible: false }), (fields) => {
        assert.deepEqual(decodeKey(encodeKey(fields)), fields)
      }),
      { numRuns },
    )
    for (let version = versions[0]; version <= versions[1]; version++) {
      const message = arbitraryMessage(value, { version, flexible: flexible !== undefined && version >= flexible })
      fc.assert(
        fc.property(message, (fields) => {
          const decoded = decodeValue(encodeValue(fields, version))
          assert.deepEqual(decoded, { ...decoded, ...fields })
          assert.deepEqual(encodeValue(decoded, version), encodeValue(fields, version))
        }),
        { numRuns },
      )
    }
  }
})
