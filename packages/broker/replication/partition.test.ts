import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { VirtualTime } from '@odradek/common/time'
import { KafkaError } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import { Deadlines } from './deadlines.ts'
import { DelayedFetch } from './delayed-fetch.ts'
import { DelayedProduce } from './delayed-produce.ts'
import { FakeLog, fakeLogSettings } from './fake-log.ts'
import { Partition } from './partition.ts'
import type { PartitionAssignment } from './partition.ts'

const alone: PartitionAssignment = { replicas: [1], isr: [1], leader: 1, leaderEpoch: 4, partitionEpoch: 0 }
const client = { origin: 'client', apiVersion: 9, allInSync: true } as const
const reader = { reader: 'read-uncommitted', maxBytes: 1000, atLeastOneBatch: true } as const

function setUp(assignment: PartitionAssignment = alone, minInSyncReplicas = 1) {
  const time = new VirtualTime()
  const log = new FakeLog()
  let opened = 0
  const partition = new Partition({
    brokerId: 1,
    topic: 'orders',
    topicId: 'A'.repeat(22),
    partition: 0,
    assignment,
    openLog: () => {
      opened++
      return log
    },
    settings: () => ({ log: fakeLogSettings, minInSyncReplicas }),
  })
  return { time, log, partition, deadlines: new Deadlines({ clock: time, timer: time }), opened: () => opened }
}

/** Follows one produce request. */
function produce({ partition, deadlines }: ReturnType<typeof setUp>, acks: 'leader' | 'all') {
  const outcome: { settled: boolean; error: ErrorName | undefined } = { settled: false, error: undefined }
  const appended = partition.append(Buffer.from('batch'), { ...client, allInSync: acks === 'all' })
  assert.ok(!(appended instanceof Promise))
  const { lastOffset } = appended
  const request = new DelayedProduce(deadlines)
  const waiters = acks === 'all' ? partition.replicatedWaiters : partition.writtenWaiters
  request.waitFor(waiters, lastOffset, { fail: (error) => (outcome.error = error) })
  void request.settled(outcome).then(() => (outcome.settled = true))
  return outcome
}

test('a partition that nobody touches opens no log', () => {
  const { partition, opened } = setUp()
  assert.equal(partition.isLeader, true)
  assert.equal(partition.leaderEpoch, 4)
  assert.equal(opened(), 0)
  assert.equal(partition.highWatermark, 0)
  assert.equal(opened(), 1)
})

test('acks=1 is answered from the page cache, acks=all from the disk, and readers see what is on the disk', async () => {
  const all = setUp()
  const { time, log, partition } = all
  const one = produce(all, 'leader')
  const safe = produce(all, 'all')
  await time.runTurn()
  assert.deepEqual([one.settled, safe.settled], [false, false])
  log.write()
  await time.runTurn()
  assert.deepEqual([one.settled, safe.settled], [true, false])
  assert.equal(partition.highWatermark, 0)
  const early = partition.read(0, reader)
  assert.equal(!(early instanceof Promise) && early.bytes, 0)
  log.sync()
  await time.runTurn()
  assert.equal(safe.settled, true)
  assert.equal(safe.error, undefined)
  assert.equal(partition.highWatermark, 2)
})

test('a long poll is answered when records are on the disk, not before', async () => {
  const all = setUp()
  const { time, log, partition, deadlines } = all
  const fetch = new DelayedFetch({ deadlines, minBytes: 1, reader: 'read-uncommitted' })
  let answered = false
  fetch.watch(partition, { fetchOffset: 0, maxBytes: 1000 })
  void fetch.wait(60_000, new AbortController().signal).then(() => (answered = true))
  produce(all, 'leader')
  log.write()
  await time.runTurn()
  assert.equal(answered, false)
  log.sync()
  await time.runTurn()
  assert.equal(answered, true)
})

test('reading between the high watermark and the end gives nothing, beyond the end an error', () => {
  const all = setUp()
  produce(all, 'leader')
  all.log.write()
  const slice = all.partition.read(1, reader)
  assert.equal(!(slice instanceof Promise) && slice.bytes, 0)
  assert.throws(() => all.partition.read(2, reader), { code: 'OFFSET_OUT_OF_RANGE' })
})

test('a broken disk fails those who wait for it with KAFKA_STORAGE_ERROR', async () => {
  const all = setUp()
  const waiting = produce(all, 'all')
  all.log.write()
  all.log.fail()
  await all.time.runTurn()
  assert.deepEqual(waiting, { settled: true, error: 'KAFKA_STORAGE_ERROR' })
})

test('whoever waits for a partition that is deleted or led by another broker is told at once', async () => {
  const deleted = setUp()
  const first = produce(deleted, 'all')
  deleted.partition.close('UNKNOWN_TOPIC_OR_PARTITION')
  const moved = setUp()
  const second = produce(moved, 'all')
  moved.partition.assign({ ...alone, leader: 2, leaderEpoch: 5 })
  await deleted.time.runTurn()
  await moved.time.runTurn()
  assert.deepEqual([first.error, second.error], ['UNKNOWN_TOPIC_OR_PARTITION', 'NOT_LEADER_OR_FOLLOWER'])
  assert.throws(() => deleted.partition.append(Buffer.from('x'), client), { code: 'UNKNOWN_TOPIC_OR_PARTITION' })
  assert.throws(() => moved.partition.append(Buffer.from('x'), client), { code: 'NOT_LEADER_OR_FOLLOWER' })
})

test('a client that knows an older leader epoch is fenced, one that knows a newer one is asked to wait', () => {
  const { partition } = setUp()
  partition.requireLeader(4)
  partition.requireLeader(-1)
  assert.throws(() => partition.requireLeader(3), { code: 'FENCED_LEADER_EPOCH' })
  assert.throws(() => partition.requireLeader(5), { code: 'UNKNOWN_LEADER_EPOCH' })
})

test('below min.insync.replicas acks=all is refused, and acks=1 is taken and not shown', async () => {
  const all = setUp({ ...alone, replicas: [1, 2, 3], isr: [1] }, 2)
  assert.throws(() => all.partition.append(Buffer.from('x'), client), { code: 'NOT_ENOUGH_REPLICAS' })
  const taken = produce(all, 'leader')
  all.log.write()
  all.log.sync()
  await all.time.runTurn()
  assert.equal(taken.settled, true)
  assert.equal(all.partition.highWatermark, 0)
})

test('batches that have to be opened first are appended in the order in which they came', async () => {
  const { log, partition } = setUp()
  const opened: (() => void)[] = []
  log.preparing = (batch) => new Promise((resolve) => opened.push(() => resolve(Buffer.from(batch))))
  const frame = Buffer.from('first')
  const first = partition.append(frame, client)
  const second = partition.append(Buffer.from('second'), client)
  log.preparing = undefined
  const third = partition.append(frame, client)
  frame.fill(0)
  opened[1]?.()
  opened[0]?.()
  assert.deepEqual([(await second).baseOffset, (await first).baseOffset, (await third).baseOffset], [1, 0, 2])
  log.write()
  log.sync()
  const slice = await partition.read(2, reader)
  assert.equal(slice.chunks[0]?.toString(), 'first')
  // With nobody left in the line the next one is appended at once.
  assert.ok(!(partition.append(frame, client) instanceof Promise))
})

test('a batch that cannot be opened is refused, and those behind it are not', async () => {
  const { log, partition } = setUp()
  log.preparing = (batch) => (batch.toString() === 'bad' ? Promise.reject(new KafkaError('INVALID_RECORD')) : Promise.resolve(batch))
  const bad = partition.append(Buffer.from('bad'), client)
  const good = partition.append(Buffer.from('good'), client)
  await assert.rejects(Promise.resolve(bad), { code: 'INVALID_RECORD' })
  assert.equal((await good).baseOffset, 0)
})

test('a topic with one replica is never below min.insync.replicas', () => {
  const { partition } = setUp(alone, 2)
  assert.equal(partition.enoughInSync, true)
})
