import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { after, describe, test } from 'node:test'
import { ByteReader } from '@odradek/common/bytes'
import { errorName } from '@odradek/protocol'
import { allApis, ApiVersions, Fetch, FindCoordinator, Metadata, OffsetCommit, OffsetFetch, Produce } from '@odradek/protocol/messages'
import type { Api } from '@odradek/protocol/schema'
import { codecId } from '@odradek/protocol/records'
import { emptyRequest } from './empty-request.ts'
import { batchOf, fetch, fetchRequest, findCoordinator, makeTopic, noId, produceRequest, unique, within } from './kit.ts'
import { target } from './target.ts'

const broker = await target({
  listeners: 'PLAINTEXT://127.0.0.1:0,OTHER://127.0.0.1:0',
  'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,OTHER:PLAINTEXT',
})
after(() => broker.close())

describe('traps of the wire', () => {
  test('answers overtake a long poll', async () => {
    await using client = await broker.connect()
    const topic = await makeTopic(client)
    const poll = client.send(Fetch, fetchRequest(topic, { offset: 0, maxWaitMs: 700, minBytes: 1 }), 11)
    const metadata = client.send(Metadata, { topics: [] }, 9)
    const first = await client.answerTo(Fetch, poll, 11)
    assert.equal(first.responses[0]?.partitions[0]?.errorCode, 0)
    await client.answerTo(Metadata, metadata, 9)
  })

  test('ApiVersions in an unknown version is closed: it is answered in version 0, with the range that is known', async () => {
    await using client = await broker.connect()
    const header = Buffer.from('0012006300000007ffff00', 'hex') // key 18, version 99, correlation id 7, no client id, no tags
    client.sendFrame(Buffer.concat([header, Buffer.from('0478797a0431303000', 'hex')]))
    const reader = new ByteReader(await client.receive())
    assert.equal(reader.int32(), 7)
    const answer = ApiVersions.decodeResponse(reader, 0)
    assert.equal(reader.remaining, 0)
    assert.equal(errorName(answer.errorCode), 'UNSUPPORTED_VERSION')
    const known = answer.apiKeys.find(({ apiKey }) => apiKey === ApiVersions.key)
    assert(known !== undefined && known.minVersion === 0 && known.maxVersion >= 3)
    // The connection goes on in the version that the client has learnt.
    assert.equal(
      (await client.call(ApiVersions, { clientSoftwareName: 'traps', clientSoftwareVersion: '1' }, known.maxVersion)).errorCode,
      0,
    )
  })

  test('an error of acks=0 is swallowed: the connection closes, so that the client asks for metadata', async () => {
    await using client = await broker.connect()
    const { name } = await makeTopic(client)
    client.send(Produce, produceRequest(name, batchOf(['taken']), 0), 9)
    const next = client.send(Metadata, { topics: [] }, 9)
    await client.answerTo(Metadata, next, 9)
    client.send(Produce, produceRequest(unique('missing'), batchOf(['nowhere']), 0), 9)
    await client.closed
    await using reader = await broker.connect()
    assert.equal((await fetch(reader, { name }, { offset: 0 })).batches.length, 1)
  })

  test('a version is announced and broken: each one of each API answers an empty request, to the last byte', async (context) => {
    await using client = await broker.connect()
    const { apiKeys } = await client.call(ApiVersions, { clientSoftwareName: 'traps', clientSoftwareVersion: '1' }, 3)
    for (const { apiKey, minVersion, maxVersion } of apiKeys) {
      const api: Api | undefined = allApis.find(({ key }) => key === apiKey)
      if (api === undefined) {
        context.diagnostic(`API ${apiKey} is announced and not known here`)
        continue
      }
      // Produce is announced from 0 and refused below 3, for the sake of old librdkafka (KAFKA-18659).
      const first = Math.max(minVersion, api.versions[0])
      assert(api === Produce ? minVersion === 0 : minVersion >= api.versions[0], `${api.name} is announced from ${minVersion}`)
      assert(maxVersion <= api.versions[1], `${api.name} is announced to ${maxVersion}`)
      for (let version = first; version <= maxVersion; version++) {
        await using asked = await broker.connect()
        await assert.doesNotReject(within(10_000, asked.call(api, emptyRequest(api, version), version)), `${api.name} v${version}`)
      }
    }
  })

  test('Produce has a minimum above 0: old librdkafka takes that for "no compression"', async () => {
    await using client = await broker.connect()
    const { apiKeys } = await client.call(ApiVersions, { clientSoftwareName: 'traps', clientSoftwareVersion: '1' }, 0)
    assert.equal(apiKeys.find(({ apiKey }) => apiKey === Produce.key)?.minVersion, 0)
    const topic = await makeTopic(client)
    const codecs = ['gzip', 'snappy', 'lz4', 'zstd'] as const
    for (const codec of codecs) {
      const version = codec === 'zstd' ? 7 : 3
      const { responses } = await client.call(Produce, produceRequest(topic.name, batchOf(['a', 'b'], { codec }), 1), version)
      assert.equal(errorName(responses[0]?.partitionResponses[0]?.errorCode ?? -1), 'NONE', codec)
    }
    const { batches } = await fetch(client, topic, { offset: 0 })
    assert.deepEqual(
      batches.map((batch) => codecId(batch, 0)),
      [1, 2, 3, 4],
    )
  })

  test('the address of another listener is told: each client is told the one it came in on', async (context) => {
    if (broker.ports.length < 2) {
      context.skip('the broker has one listener')
      return
    }
    for (const [index, port] of broker.ports.entries()) {
      await using client = await broker.connect(index)
      const { brokers } = await client.call(Metadata, { topics: [] }, 9)
      assert.deepEqual(
        brokers.map((node) => `${node.host}:${node.port}`),
        [`127.0.0.1:${port}`],
      )
      const found = await client.call(FindCoordinator, { key: unique('group'), keyType: 0 }, 2)
      if (found.errorCode === 0) assert.equal(found.port, port)
    }
  })

  test('an int64 above 2^53 is rounded', async () => {
    await using client = await broker.connect()
    const [group, { name }] = [unique('group'), await makeTopic(client)]
    await findCoordinator(client, group)
    const offset = 2n ** 53n + 1n
    const partitions = [{ partitionIndex: 0, committedOffset: offset, committedMetadata: '' }]
    const committed = await client.call(OffsetCommit, { groupId: group, memberId: '', topics: [{ name, topicId: noId, partitions }] }, 7)
    assert.equal(committed.topics[0]?.partitions[0]?.errorCode, 0)
    const fetched = await client.call(OffsetFetch, { groupId: group, topics: [{ name, partitionIndexes: [0] }] }, 7)
    assert.equal(BigInt(fetched.topics[0]?.partitions[0]?.committedOffset ?? -1), offset)
  })
})
