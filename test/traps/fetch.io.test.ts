import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { after, describe, test } from 'node:test'
import { errorName } from '@odradek/protocol'
import { DeleteTopics, Fetch, Metadata, OffsetCommit, OffsetFetch } from '@odradek/protocol/messages'
import { baseOffset, batchSize, lastOffset } from '@odradek/protocol/records'
import { batchOf, bytes, fetch, findCoordinator, makeTopic, noId, produce, unique, until } from './kit.ts'
import { target } from './target.ts'

const broker = await target()
after(() => broker.close())

describe('traps of fetch', () => {
  test('a large batch starves a consumer: it is given whole, whatever the limits of the request', async () => {
    await using client = await broker.connect()
    const topic = await makeTopic(client)
    const batch = batchOf([{ value: Buffer.alloc(900_000, 'x'), timestamp: 1 }])
    assert.equal((await produce(client, topic.name, batch)).error, 'NONE')
    for (const limits of [{ maxBytes: 1 }, { partitionMaxBytes: 1 }, { maxBytes: 1, partitionMaxBytes: 1 }]) {
      const { batches } = await fetch(client, topic, { offset: 0, ...limits })
      assert.deepEqual(
        batches.map((found) => batchSize(found, 0)),
        [batch.length],
      )
    }
  })

  test('a start inside a batch loses records: the batch that holds the offset is given', async () => {
    await using client = await broker.connect()
    const topic = await makeTopic(client)
    for (let batch = 0; batch < 3; batch++) await produce(client, topic.name, batchOf(Array.from({ length: 10 }, (_, index) => `${index}`)))
    for (let offset = 0; offset < 30; offset++) {
      const { error, batches } = await fetch(client, topic, { offset, partitionMaxBytes: 1 })
      const [first] = batches
      assert.equal(error, 'NONE')
      assert(first !== undefined && baseOffset(first, 0) <= offset && offset <= lastOffset(first, 0), `a batch with offset ${offset}`)
    }
    assert.deepEqual(await fetch(client, topic, { offset: 30 }), { error: 'NONE', highWatermark: 30, batches: [] })
    assert.equal((await fetch(client, topic, { offset: 31 })).error, 'OFFSET_OUT_OF_RANGE')
  })

  test('a fetch session drifts: a repeated epoch is an error, a full fetch heals, and a change of the high watermark alone is told', async () => {
    await using client = await broker.connect()
    const [quiet, busy] = [await makeTopic(client), await makeTopic(client)]
    const ask = async (sessionId: number, sessionEpoch: number, topics: readonly { readonly id: string; readonly offset: number }[]) => {
      const request = {
        maxWaitMs: 0,
        minBytes: 0,
        maxBytes: 1_000_000,
        isolationLevel: 0,
        sessionId,
        sessionEpoch,
        topics: topics.map(({ id, offset }) => ({
          topicId: id,
          topic: '',
          partitions: [{ partition: 0, fetchOffset: offset, partitionMaxBytes: 1_000_000 }],
        })),
      }
      const answer = await client.call(Fetch, request, 13)
      return { ...answer, error: errorName(answer.errorCode), told: answer.responses.map(({ topicId }) => topicId) }
    }
    const both = [
      { id: quiet.id, offset: 0 },
      { id: busy.id, offset: 0 },
    ]
    const opened = await ask(0, 0, both)
    assert(opened.sessionId !== 0)
    assert.deepEqual(opened.told.toSorted(), [quiet.id, busy.id].toSorted())

    // Nothing has happened, so nothing is told.
    assert.deepEqual((await ask(opened.sessionId, 1, [])).told, [])
    await produce(client, busy.name, batchOf(['a', 'b']))
    const data = await ask(opened.sessionId, 2, [])
    assert.deepEqual(data.told, [busy.id])
    assert((data.responses[0]?.partitions[0]?.records?.length ?? 0) > 0)

    assert.equal((await ask(opened.sessionId, 2, [])).error, 'INVALID_FETCH_SESSION_EPOCH')
    assert.equal((await ask(opened.sessionId + 1, 3, [])).error, 'FETCH_SESSION_ID_NOT_FOUND')
    const healed = await ask(opened.sessionId, 0, both)
    assert.equal(healed.error, 'NONE')
    assert.equal(healed.told.length >= 1, true)

    // The consumer stands beyond the next records' end: no bytes for it, but a new high watermark.
    const ahead = await ask(0, 0, [{ id: quiet.id, offset: 0 }])
    await produce(client, quiet.name, batchOf(['c']))
    const changed = await ask(ahead.sessionId, 1, [{ id: quiet.id, offset: 1 }])
    assert.deepEqual(changed.told, [quiet.id])
    assert.equal(changed.responses[0]?.partitions[0]?.highWatermark, 1)
    assert.equal(changed.responses[0]?.partitions[0]?.records?.length ?? 0, 0)
    assert.deepEqual((await ask(ahead.sessionId, 2, [])).told, [])
  })

  test('a topic is deleted and made again, and read under the old id: that one is unknown, and its committed offsets are gone', async () => {
    await using client = await broker.connect()
    const group = unique('group')
    const old = await makeTopic(client)
    await produce(client, old.name, batchOf(['old 0', 'old 1']))
    await findCoordinator(client, group)
    const partitions = [{ partitionIndex: 0, committedOffset: 2, committedMetadata: '' }]
    await client.call(OffsetCommit, { groupId: group, memberId: '', topics: [{ name: old.name, topicId: noId, partitions }] }, 7)

    const deleted = await client.call(DeleteTopics, { topics: [{ topicId: old.id }], timeoutMs: 5000 }, 6)
    assert.equal(errorName(deleted.responses[0]?.errorCode ?? -1), 'NONE')
    await until(`${old.name} is gone`, async () => {
      const metadata = await client.call(Metadata, { topics: [{ name: old.name, topicId: noId }], allowAutoTopicCreation: false }, 9)
      return errorName(metadata.topics[0]?.errorCode ?? 0) === 'UNKNOWN_TOPIC_OR_PARTITION'
    })
    const made = await makeTopic(client, { name: old.name })
    assert.notEqual(made.id, old.id)
    await produce(client, made.name, batchOf([{ value: bytes('new 0') }]))

    assert.equal((await fetch(client, { id: old.id }, { offset: 0, version: 13 })).error, 'UNKNOWN_TOPIC_ID')
    assert.equal((await fetch(client, { id: made.id }, { offset: 0, version: 13 })).highWatermark, 1)
    await until('the offsets of the old topic are gone', async () => {
      const fetched = await client.call(OffsetFetch, { groupId: group, topics: [{ name: old.name, partitionIndexes: [0] }] }, 7)
      return fetched.topics[0]?.partitions[0]?.committedOffset === -1
    })
  })
})
