import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { MemoryDisk } from '@odradek/common/disk'
import { DeleteRecords, ListOffsets, OffsetForLeaderEpoch } from '@odradek/protocol/messages'
import { buildBatch } from '@odradek/protocol/records'
import { fetchFrom, produceBatch, recordsOf, startBroker } from '@odradek/testing'
import type { WireClient } from '@odradek/testing'

const topic = 'orders'
const stamped = (...timestamps: readonly number[]): Buffer =>
  buildBatch(timestamps.map((timestamp) => ({ value: Buffer.from(`${timestamp}`), timestamp })))

async function look(
  client: WireClient,
  timestamp: number,
  options: { readonly version?: number; readonly partition?: number; readonly topic?: string } = {},
) {
  const partitions = [{ partitionIndex: options.partition ?? 0, timestamp }]
  const { topics } = await client.call(
    ListOffsets,
    { replicaId: -1, topics: [{ name: options.topic ?? topic, partitions }] },
    options.version ?? 11,
  )
  const found = topics[0]?.partitions[0]
  assert.ok(found !== undefined)
  return found
}

async function deleteBefore(
  client: WireClient,
  offset: number,
  options: { readonly topic?: string; readonly version?: number; readonly partition?: number } = {},
) {
  const partitions = [{ partitionIndex: options.partition ?? 0, offset }]
  const { topics } = await client.call(
    DeleteRecords,
    { topics: [{ name: options.topic ?? topic, partitions }], timeoutMs: 1000 },
    options.version ?? 2,
  )
  const deleted = topics[0]?.partitions[0]
  assert.ok(deleted !== undefined)
  return deleted
}

test('the ends of a partition are found in every version', async () => {
  await using kafka = await startBroker({ topics: { orders: 1 } })
  await using client = await kafka.connect()
  await produceBatch(client, { topic, batch: stamped(1000, 2000, 3000) })
  for (let version = 1; version <= 11; version++) {
    const [latest, earliest] = [await look(client, -1, { version }), await look(client, -2, { version })]
    assert.deepEqual([latest.errorCode, latest.offset, latest.timestamp, earliest.offset, earliest.timestamp], [0, 3, -1, 0, -1])
    assert.equal(latest.leaderEpoch, version >= 4 ? 0 : -1)
  }
})

test('timestamp search: each record is found by its own time, also among records out of order', async () => {
  await using kafka = await startBroker({ topics: { orders: 1 } })
  await using client = await kafka.connect()
  const times = [1000, 1500, 1200, 2000, 1900, 3000, 2500, 4000]
  await produceBatch(client, { topic, batch: stamped(...times.slice(0, 3)) })
  await produceBatch(client, { topic, batch: stamped(...times.slice(3)) })
  for (const wanted of [0, 999, 1000, 1001, 1200, 1500, 1501, 1900, 2000, 2001, 2600, 3000, 3999, 4000]) {
    const offset = times.findIndex((time) => time >= wanted)
    const found = await look(client, wanted)
    assert.deepEqual([found.errorCode, found.offset, found.timestamp], [0, offset, times[offset]], `from ${wanted}`)
  }
  const late = await look(client, 4001)
  assert.deepEqual([late.errorCode, late.offset, late.timestamp], [0, -1, -1])
})

test('the record with the largest timestamp is found, the first of equals', async () => {
  await using kafka = await startBroker({ topics: { orders: 1 } })
  await using client = await kafka.connect()
  const empty = await look(client, -3)
  assert.deepEqual([empty.errorCode, empty.offset, empty.timestamp], [0, -1, -1])
  await produceBatch(client, { topic, batch: stamped(1000, 5000, 5000, 2000) })
  await produceBatch(client, { topic, batch: stamped(5000, 10) })
  const { offset, timestamp } = await look(client, -3)
  assert.deepEqual([offset, timestamp], [1, 5000])
})

test('special timestamps are refused in versions that do not know them', async () => {
  await using kafka = await startBroker({ topics: { orders: 1 } })
  await using client = await kafka.connect()
  for (const [timestamp, since] of [
    [-3, 7],
    [-4, 8],
    [-5, 9],
    [-6, 11],
    [-7, 99],
  ] as const) {
    for (const version of [since - 1, since].filter((known) => known <= 11)) {
      const { errorCode } = await look(client, timestamp, { version })
      assert.equal(errorCode, version >= since ? 0 : 35, `${timestamp} in v${version}`)
    }
  }
})

test('what is asked twice or is not there is told, the rest is answered', async () => {
  await using kafka = await startBroker({ topics: { orders: 2 } })
  await using client = await kafka.connect()
  const partitions = [0, 0, 1, 9].map((partitionIndex) => ({ partitionIndex, timestamp: -1, currentLeaderEpoch: -1 }))
  const { topics } = await client.call(
    ListOffsets,
    {
      replicaId: -1,
      topics: [
        { name: topic, partitions },
        { name: 'nowhere', partitions: partitions.slice(0, 1) },
      ],
    },
    11,
  )
  assert.deepEqual(
    topics.map((answer) => answer.partitions.map(({ errorCode }) => errorCode)),
    [[42, 42, 0, 3], [3]],
  )
})

test('DeleteRecords inside a batch: nothing below is told of, the batch is still given whole, and a crash changes nothing', async () => {
  const disk = new MemoryDisk()
  const first = await startBroker({ disk, topics: { orders: 1 } })
  await using client = await first.connect()
  await produceBatch(client, { topic, batch: stamped(1000, 2000, 3000, 4000) })
  const deleted = await deleteBefore(client, 2)
  assert.deepEqual([deleted.errorCode, deleted.lowWatermark], [0, 2])
  assert.equal((await look(client, -2)).offset, 2)
  assert.equal((await fetchFrom(client, { topic, offset: 1 })).errorCode, 1)
  const batch = await fetchFrom(client, { topic, offset: 2 })
  assert.deepEqual([batch.logStartOffset, recordsOf(batch).length], [2, 4])
  // It never goes back.
  assert.equal((await deleteBefore(client, 1)).lowWatermark, 2)
  await first.kill()

  await using second = await startBroker({ disk })
  await using again = await second.connect()
  assert.equal((await look(again, -2)).offset, 2)
  assert.equal((await deleteBefore(again, -1)).lowWatermark, 4)
  assert.equal((await look(again, -2)).offset, 4)
})

test('DeleteRecords is refused beyond the end, for topics that keep everything, and for internal ones', async () => {
  await using kafka = await startBroker({
    topics: { orders: 1, compacted: { config: { 'cleanup.policy': 'compact' } }, __consumer_offsets: 1 },
  })
  await using client = await kafka.connect()
  await produceBatch(client, { topic, batch: stamped(1000) })
  for (const version of [0, 1, 2]) {
    assert.equal((await deleteBefore(client, 2, { version })).errorCode, 1)
    assert.equal((await deleteBefore(client, -2, { version })).errorCode, 1)
    assert.equal((await deleteBefore(client, 0, { version, topic: 'compacted' })).errorCode, 44)
    assert.equal((await deleteBefore(client, 0, { version, topic: '__consumer_offsets' })).errorCode, 17)
    assert.deepEqual(await deleteBefore(client, 0, { version, topic: 'nowhere' }), { partitionIndex: 0, lowWatermark: -1, errorCode: 3 })
  }
})

test('a waiting fetch learns that its records were deleted', async () => {
  await using kafka = await startBroker({ topics: { orders: 1 } })
  await using client = await kafka.connect()
  await using other = await kafka.connect()
  await produceBatch(client, { topic, batch: stamped(1000) })
  const waiting = fetchFrom(client, { topic, offset: 0, minBytes: 1_000_000, maxWaitMs: 600_000 })
  while (kafka.broker.services.replicas.deadlines.size === 0) await new Promise((resolve) => setImmediate(resolve))
  await deleteBefore(other, -1)
  assert.equal((await waiting).errorCode, 1)
})

test('the end of each leader epoch is known', async () => {
  const disk = new MemoryDisk()
  const first = await startBroker({ disk, topics: { orders: 1 } })
  await using client = await first.connect()
  await produceBatch(client, { topic, batch: stamped(1, 2, 3) })
  await first.kill()
  await using kafka = await startBroker({ disk })
  await using again = await kafka.connect()
  const ask = async (leaderEpoch: number, currentLeaderEpoch = -1, partition = 0) => {
    const partitions = [{ partition, currentLeaderEpoch, leaderEpoch }]
    const { topics } = await again.call(OffsetForLeaderEpoch, { replicaId: -2, topics: [{ topic, partitions }] }, 4)
    const [answer] = topics[0]?.partitions ?? []
    return [answer?.errorCode, answer?.leaderEpoch, answer?.endOffset]
  }
  assert.deepEqual(await ask(0), [0, 0, 3])
  assert.deepEqual(await ask(1), [0, 1, 3])
  await produceBatch(again, { topic, batch: stamped(4) })
  assert.deepEqual(await ask(0), [0, 0, 3])
  assert.deepEqual(await ask(1), [0, 1, 4])
  assert.deepEqual(await ask(2), [0, -1, -1])
  assert.deepEqual(await ask(0, 0), [74, -1, -1])
  assert.deepEqual(await ask(0, 2), [75, -1, -1])
  assert.deepEqual(await ask(0, -1, 5), [3, -1, -1])
})
