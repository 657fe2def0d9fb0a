import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ByteReader } from '@odradek/common/bytes'
import { readResponseHeader } from '@odradek/protocol'
import { ApiVersions } from '@odradek/protocol/messages'
import { handler } from './handler.ts'
import { ReplyWriter } from './reply-writer.ts'

const answering = handler(ApiVersions, () => ({ errorCode: 0, apiKeys: [] }))

test('answers keep their bytes, small ones and large ones in turn, and none holds the memory of all before it', () => {
  const writer = new ReplyWriter()
  const counts = Array.from({ length: 200 }, (_, index) => (index % 3 === 0 ? 20_000 : index % 7))
  const replies = counts.map((count, index) => {
    const apiKeys = Array.from({ length: count }, (_, key) => ({ apiKey: key, minVersion: 0, maxVersion: index % 100 }))
    return writer.write(answering, index, { errorCode: 0, apiKeys }, 0)
  })
  for (const [index, chunks] of replies.entries()) {
    const [chunk] = chunks
    assert(chunk !== undefined && chunks.length === 1)
    const reader = new ByteReader(chunk)
    assert.equal(readResponseHeader(reader, ApiVersions, 0).correlationId, index)
    const { apiKeys } = ApiVersions.decodeResponse(reader, 0)
    assert.equal(apiKeys.length, counts[index])
    assert(apiKeys.every(({ maxVersion }) => maxVersion === index % 100))
    // Half a megabyte for an answer of 120 KB is room to grow; a block that is written on for ever is not.
    assert(chunk.buffer.byteLength <= 524_288, `an answer of ${chunk.length} bytes holds ${chunk.buffer.byteLength}`)
  }
})
