import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { ByteReader, ByteWriter, MalformedBytes } from '@odradek/common/bytes'
import { readRequestHeader, readResponseHeader, writeRequestHeader, writeResponseHeader } from './header.ts'
import { ApiVersions } from './messages/api-versions.ts'
import { Heartbeat } from './messages/heartbeat.ts'
import { apiByKey } from './messages/index.ts'
import { SaslHandshake } from './messages/sasl-handshake.ts'

const written = (write: (writer: ByteWriter) => void): Buffer => {
  const writer = new ByteWriter()
  write(writer)
  return writer.finish()
}
const hex = (bytes: string): ByteReader => new ByteReader(Buffer.from(bytes.replaceAll(' ', ''), 'hex'))

test('a request header has tags behind it in flexible versions only, and the client id is never compact', () => {
  const header = { correlationId: 7, clientId: 'ab' }
  assert.equal(
    written((writer) => writeRequestHeader(writer, Heartbeat, { ...header, apiVersion: 3 })).toString('hex'),
    '000c00030000000700026162',
  )
  assert.equal(
    written((writer) => writeRequestHeader(writer, Heartbeat, { ...header, apiVersion: 4 })).toString('hex'),
    '000c0004000000070002616200',
  )
  assert.equal(
    written((writer) => writeRequestHeader(writer, SaslHandshake, { ...header, apiVersion: 1 })).toString('hex'),
    '001100010000000700026162',
  )
})

test('a header reads back as it was written, with a client id, without one, and with tags that nobody knows', () => {
  for (const [api, apiVersion] of [
    [Heartbeat, 0],
    [Heartbeat, 4],
    [ApiVersions, 3],
  ] as const) {
    for (const clientId of ['', 'consumer-ä', null]) {
      const header = { apiKey: api.key, apiVersion, correlationId: -5, clientId }
      assert.deepEqual(readRequestHeader(new ByteReader(written((writer) => writeRequestHeader(writer, api, header))), apiByKey), header)
    }
  }
  const tagged = { apiKey: 12, apiVersion: 4, correlationId: 1, clientId: 'x', unknownTags: [{ tag: 9, bytes: Buffer.from('hi') }] }
  assert.deepEqual(readRequestHeader(new ByteReader(written((writer) => writeRequestHeader(writer, Heartbeat, tagged))), apiByKey), tagged)
})

test('ApiVersions above our versions has a flexible header, and its answers never have one (KIP-511)', () => {
  assert.equal(readRequestHeader(hex('0012 0063 00000001 0001 61 01 05 01 ff'), apiByKey).unknownTags?.[0]?.tag, 5)
  assert.equal(written((writer) => writeResponseHeader(writer, ApiVersions, 4, 1)).toString('hex'), '00000001')
  assert.equal(written((writer) => writeResponseHeader(writer, Heartbeat, 4, 1)).toString('hex'), '0000000100')
  assert.equal(written((writer) => writeResponseHeader(writer, Heartbeat, 3, 1)).toString('hex'), '00000001')
  assert.deepEqual(readResponseHeader(hex('00000001 00'), Heartbeat, 4), { correlationId: 1 })
  const apiVersions = hex('00000001 0023')
  assert.deepEqual(readResponseHeader(apiVersions, ApiVersions, 4), { correlationId: 1 })
  assert.equal(apiVersions.position, 4)
})

test('the header of an API that we do not know can be read, so that the log can name it', () => {
  assert.deepEqual(readRequestHeader(hex('03e7 0001 00000002 ffff'), apiByKey), {
    apiKey: 999,
    apiVersion: 1,
    correlationId: 2,
    clientId: null,
  })
})

test('a header that ends early or has an impossible client id is malformed', () => {
  for (const bytes of [
    '',
    '000c',
    '000c0004 00000001',
    '000c0004 00000001 0005 61',
    '000c0004 00000001 fffe',
    '000c0004 00000001 0000',
    '000c0004 00000001 0000 01 00 05',
  ]) {
    assert.throws(() => readRequestHeader(hex(bytes), apiByKey), MalformedBytes, bytes)
  }
})
