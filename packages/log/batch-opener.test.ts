import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { KafkaError } from '@odradek/protocol'
import { codecs } from '@odradek/protocol/compression'
import { BatchOpener } from './batch-opener.ts'
import { asClient, batchOf, batchWith, LogFixture } from './log-fixture.ts'

const mebibyte = 1024 * 1024
const limits = { maxInflatedBytes: 4 * mebibyte, maxOpenedBytes: 10 * mebibyte }
const bomb = (codec: (typeof codecs)[number]) => batchOf(1, { codec, value: Buffer.alloc(3 * mebibyte) })

test('of two hundred small batches that become large no more are open at one time than fit, and all get their turn', async () => {
  const opener = new BatchOpener(limits)
  const batches = codecs.filter((codec) => codec !== 'none').map(bomb)
  let open = 0
  let mostOpen = 0
  let mostBytes = 0
  const all = Array.from({ length: 200 }, (_, index) =>
    opener.open(batches[index % batches.length] ?? Buffer.alloc(0), 0, async (records) => {
      open++
      mostOpen = Math.max(mostOpen, open)
      mostBytes = Math.max(mostBytes, opener.openedBytes)
      assert.ok(records.length > 3 * mebibyte)
      await Promise.resolve()
      open--
    }),
  )
  assert.ok(opener.waiting > 0)
  await Promise.all(all)
  assert.ok(mostBytes <= limits.maxOpenedBytes, `${mostBytes} bytes`)
  assert.ok(mostOpen <= 3, `${mostOpen} open`)
  assert.deepEqual([opener.openedBytes, opener.waiting], [0, 0])
})

test('batches that become as large as most do are opened side by side', async () => {
  const opener = new BatchOpener(limits)
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  let inside = 0
  const { promise: allInside, resolve: allAreInside } = Promise.withResolvers<void>()
  const all = Array.from({ length: 20 }, () =>
    opener.open(batchOf(100, { codec: 'zstd' }), 0, async () => {
      if (++inside === 20) allAreInside()
      await gate
    }),
  )
  await allInside
  open()
  await Promise.all(all)
  assert.equal(inside, 20)
})

test('one that is refused, or fails in use, lets the next one in', async () => {
  const opener = new BatchOpener({ maxInflatedBytes: mebibyte, maxOpenedBytes: mebibyte })
  const broken = batchOf(1, { codec: 'gzip' }).fill(7, 61)
  const outcomes = await Promise.allSettled([
    opener.open(bomb('zstd'), 0, () => 'a bomb'),
    opener.open(broken, 0, () => 'damaged'),
    opener.open(batchOf(1, { codec: 'lz4' }), 0, () => {
      throw new Error('mine')
    }),
    opener.open(batchOf(1, { codec: 'lz4' }), 0, () => 'good'),
  ])
  assert.deepEqual(
    outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : String(outcome.reason.fault ?? outcome.reason.message))),
    ['TOO_LARGE', 'CORRUPT', 'mine', 'good'],
  )
  assert.equal(opener.openedBytes, 0)
})

test('when more waits than could be opened in time, the next one is refused with an error that clients try again after', async () => {
  const opener = new BatchOpener({ maxInflatedBytes: mebibyte, maxOpenedBytes: 1000 })
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  const { promise: running, resolve: runs } = Promise.withResolvers<void>()
  const held = opener.hold(1000, () => {
    runs()
    return gate
  })
  await running
  const waiting = [opener.hold(3000, async () => 'first'), opener.hold(1000, async () => 'second')]
  await assert.rejects(
    opener.hold(1, async () => 'third'),
    (error) => error instanceof KafkaError && error.code === 'REQUEST_TIMED_OUT' && error.retriable,
  )
  open()
  await held
  assert.deepEqual(await Promise.all(waiting), ['first', 'second'])
})

test('all partitions of a directory share the allowance, for what is written and for what is looked up by time', async () => {
  const opener = new BatchOpener(limits)
  const fixture = await LogFixture.open({ options: { batchOpener: opener } })
  const timestamp = Date.UTC(2026, 0, 1)
  const plain = fixture.log('plain')
  plain.append(batchWith([{ value: Buffer.alloc(3 * mebibyte), timestamp }], { codec: 'zstd' }), asClient)
  await fixture.turn()
  fixture.settings = { ...fixture.settings, compressionType: 'lz4' }
  const prepared = Array.from({ length: 10 }, async (_, partition) =>
    fixture.log('other', partition).prepare(bomb(partition % 2 === 0 ? 'zstd' : 'none'), { ...asClient, origin: 'coordinator' }),
  )
  const found = Array.from({ length: 10 }, () => plain.findByTimestamp(timestamp, 1))
  await Promise.resolve()
  assert.ok(opener.openedBytes > 0 && opener.openedBytes <= limits.maxOpenedBytes, `${opener.openedBytes} bytes`)
  for (const result of await Promise.allSettled(prepared)) if (result.status === 'fulfilled') assert.ok(result.value.length < mebibyte)
  for (const result of await Promise.all(found)) assert.equal(result?.offset, 0)
  assert.equal(opener.openedBytes, 0)
})

test('a batch that is too large in the codec of the topic is refused before it waits for its turn', async () => {
  const fixture = await LogFixture.open({ settings: { compressionType: 'none', maxMessageBytes: 10_000 } })
  await assert.rejects(async () => fixture.log().prepare(batchOf(1, { codec: 'gzip', value: Buffer.alloc(20_000) }), asClient), {
    code: 'MESSAGE_TOO_LARGE',
  })
})
