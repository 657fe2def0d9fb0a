import assert from 'node:assert/strict'
import { test } from 'node:test'
import { array, int16, int32, int64, nullableStruct, string, struct } from '@odradek/protocol/schema'
import type { Fields } from '@odradek/protocol/schema'
import { compare } from './schema-drift/compare.ts'
import { kafkaDefinition } from './schema-drift/kafka-definitions.ts'
import { print } from './schema-drift/message.ts'
import { ourMessage } from './schema-drift/our-declarations.ts'

/** A message in Kafka's form, with all that the form has to offer. */
const letter = `
// An invented message. "Comments" may hold quotes.
{
  "apiKey": 999, "type": "request", "name": "LetterRequest", "validVersions": "1-4", "flexibleVersions": "3+",
  "fields": [
    { "name": "Sender", "type": "string", "versions": "0+", "about": "See http://example.org // here" }, // trailing
    { "name": "Priority", "type": "int16", "versions": "2+", "default": "0x10", "ignorable": true },
    { "name": "Reply", "type": "string", "versions": "2-3", "nullableVersions": "3+", "default": "null" },
    { "name": "Pages", "type": "[]Page", "versions": "0+", "fields": [
      { "name": "Number", "type": "int32", "versions": "0+", "default": "-1" },
      { "name": "SentAt", "type": "int64", "versions": "3+", "taggedVersions": "3+", "tag": 1, "ignorable": true }
    ]},
    { "name": "Stamp", "type": "Stamp", "versions": "4+", "nullableVersions": "4+", "default": "null" }
  ],
  "commonStructs": [{ "name": "Stamp", "versions": "4+", "fields": [{ "name": "Price", "type": "int32", "versions": "4+" }] }]
}`

const right = {
  sender: string(),
  priority: int16({ since: 2, default: 16, ignorable: true }),
  reply: string({ since: 2, until: 3, nullable: 3, default: null }),
  pages: array(struct({ number: int32({ default: -1 }), sentAt: int64({ since: 3, tag: 1, ignorable: true }) })),
  stamp: nullableStruct({ price: int32({ since: 4 }) }, { since: 4, default: null }),
}

function drift(fields: Fields, { flexible = 3, to = 4, key = 999, text = letter } = {}): readonly string[] {
  const kafka = kafkaDefinition(text)
  assert(kafka)
  return compare(ourMessage({ name: 'LetterRequest', key, versions: { from: 1, to }, flexible }, fields), kafka).map(
    ({ path, what, versions }) => `v${print(versions)} ${path}: ${what}`,
  )
}

test('a declaration that agrees with Kafka has no differences', () => {
  assert.deepEqual(drift(right), [])
})

test('a wrong type is found, also in an array of structs', () => {
  assert.deepEqual(drift({ ...right, sender: int32() }), ['v1-4 sender: int32, in Kafka string', "v1-4 sender: default 0, in Kafka ''"])
  const pages = array(struct({ number: int64({ default: -1 }), sentAt: int64({ since: 3, tag: 1, ignorable: true }) }))
  assert.deepEqual(drift({ ...right, pages }), ['v1-4 pages[].number: int64, in Kafka int32'])
})

test('a field that begins or ends in another version is found, with the versions', () => {
  assert.deepEqual(drift({ ...right, priority: int16({ since: 3, default: 16, ignorable: true }) }), ['v2 priority: missing here'])
  assert.deepEqual(drift({ ...right, reply: string({ since: 2, nullable: 3, default: null }) }), ['v4 reply: not in Kafka'])
})

test('a missing field, one too many and one in the wrong place are found', () => {
  const { stamp: _stamp, ...without } = right
  assert.deepEqual(drift(without), ['v4 stamp: missing here'])
  assert.deepEqual(drift({ ...right, colour: string() }), ['v1-4 colour: not in Kafka'])
  const { sender, ...rest } = right
  assert.deepEqual(drift({ ...rest, sender }), [
    'v1 : the order is pages sender, in Kafka sender pages',
    'v2-3 : the order is priority reply pages sender, in Kafka sender priority reply pages',
    'v4 : the order is priority pages stamp sender, in Kafka sender priority pages stamp',
  ])
})

test('null, tags and defaults are compared', () => {
  assert.deepEqual(drift({ ...right, reply: string({ since: 2, until: 3, nullable: 2, default: null }) }), [
    'v2 reply: nullable, in Kafka never null',
  ])
  assert.deepEqual(drift({ ...right, reply: string({ since: 2, until: 3, nullable: 3, default: '' }) }), [
    "v2-4 reply: default '', in Kafka null".replace('v2', 'v1'),
  ])
  assert.deepEqual(drift({ ...right, priority: int16({ since: 2, default: 10, ignorable: true }) }), [
    'v1-4 priority: default 10, in Kafka 16',
  ])
  const pages = (tag: number) => array(struct({ number: int32({ default: -1 }), sentAt: int64({ since: 3, tag, ignorable: true }) }))
  assert.deepEqual(drift({ ...right, pages: pages(2) }), ['v3-4 pages[].sentAt: tag 2, in Kafka tag 1'])
  const untagged = array(struct({ number: int32({ default: -1 }), sentAt: int64({ since: 3, ignorable: true }) }))
  assert.deepEqual(drift({ ...right, pages: untagged }), ['v3-4 pages[].sentAt: untagged, in Kafka tag 1'])
})

test('whether a value may be dropped is compared where a version lacks the field, and only there', () => {
  assert.deepEqual(drift({ ...right, priority: int16({ since: 2, default: 16 }) }), ['v1-4 priority: not ignorable, in Kafka it is'])
  assert.deepEqual(drift({ ...right, reply: string({ since: 2, until: 3, nullable: 3, default: null, ignorable: true }) }), [
    'v1-4 reply: ignorable, in Kafka not',
  ])
  assert.deepEqual(drift({ ...right, sender: string({ ignorable: true }) }), [])
})

test('another key, other versions, and another first flexible version are found', () => {
  assert.deepEqual(drift(right, { key: 998 }), ['v1-4 : key 998, in Kafka 999'])
  assert.deepEqual(drift(right, { to: 3 }), ['v1-3 : versions 1-3, in Kafka 1-4'])
  assert.deepEqual(drift(right, { flexible: 2 }), ['v2 : flexible, in Kafka not'])
})

test('a last version that Kafka does not call stable does not count', () => {
  const text = letter.replace('"apiKey": 999', '"apiKey": 999, "latestVersionUnstable": true')
  assert.deepEqual(drift(right, { text, to: 3 }), [])
  assert.deepEqual(drift(right, { text }), ['v1-3 : versions 1-4, in Kafka 1-3'])
})

test('a default of null counts as text only: Kafka takes a bare null for none', () => {
  const text = letter.replace('"nullableVersions": "3+", "default": "null"', '"nullableVersions": "3+", "default": null')
  assert.deepEqual(drift(right, { text }), ["v1-4 reply: default null, in Kafka ''"])
})

test('messages of which no version is left are passed over', () => {
  assert.equal(kafkaDefinition(letter.replace('"1-4"', '"none"')), undefined)
})
