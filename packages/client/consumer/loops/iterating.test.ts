import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { batchOf } from '../consumer-fixture.ts'
import { Scene } from '../scene/scene.ts'

const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, at) => String(from + at))
const group = { groupId: 'g', autoOffsetReset: 'earliest' } as const

test('calls of next() that overlap get each record once, in order', async () => {
  // Found by hand: each took a slice for itself, and the last one to come overwrote what the others had.
  for (const how of ['records', 'batches'] as const) {
    const scene = new Scene({ t: 1 })
    scene.logs.append('t-0', batchOf(numbers(0, 200)))
    const consumer = scene.consumer({ ...group, maxPollRecords: 30 })
    consumer.subscribe(['t'])
    const iterator = consumer[how]()[Symbol.asyncIterator]()
    const seen: number[] = []
    const pull = async (): Promise<void> => {
      for (;;) {
        const { value, done } = await iterator.next()
        if (done === true) return
        if ('offset' in value) seen.push(value.offset)
        else for (const { offset } of value) seen.push(offset)
        await new Promise<void>((resolve) => scene.time.after(1, resolve))
      }
    }
    const pulling = [pull(), pull(), pull()]
    await scene.pass(2_000)
    assert.deepEqual(seen, numbers(0, 200).map(Number), how)
    // All three wait now.
    await scene.until(consumer.close())
    await Promise.all(pulling)
    assert.equal(scene.holds, 0)
    assert.deepEqual(scene.committed, { 't-0': 200 })
  }
})

test('a loop that is left while it waits gives nothing away: records go to the next one, and close() does not hang', async () => {
  // Found by hand: Readable.from(consumer.records()).destroy(). The forgotten next() took the records that came later, and held them for ever.
  for (const how of ['records', 'batches', 'stream'] as const) {
    const scene = new Scene({ t: 1 })
    const consumer = scene.consumer(group)
    consumer.subscribe(['t'])
    if (how === 'stream') {
      const stream = Readable.from(consumer.records())
      stream.on('data', () => assert.fail('nobody wants it'))
      await scene.pass(300)
      stream.destroy()
      await scene.pass(10)
    } else {
      const iterator: AsyncIterator<unknown> = consumer[how]()[Symbol.asyncIterator]()
      const waiting = iterator.next()
      await scene.pass(300)
      await scene.until(iterator.return!())
      assert.equal((await waiting).done, true)
      assert.equal((await iterator.next()).done, true)
    }
    assert.equal(scene.holds, 0, how)
    scene.logs.append('t-0', batchOf(numbers(0, 10)))
    await scene.pass(1_000)
    const [batch] = await scene.until(consumer.poll(1_000))
    assert.deepEqual([batch?.firstOffset, batch?.nextOffset], [0, 10], how)
    await scene.until(consumer.commit())
    const before = scene.time.monotonic()
    await scene.until(consumer.close())
    assert.ok(scene.time.monotonic() - before < 100)
    assert.deepEqual(scene.committed, { 't-0': 10 })
  }
})

test('records that serdes prepare while their loop is left, or its partition revoked, come again', async () => {
  for (const how of ['return', 'abort', 'unsubscribe'] as const) {
    const scene = new Scene({ t: 1 })
    scene.logs.append('t-0', batchOf(numbers(0, 10)))
    let prepared: (() => void) | undefined
    const value = {
      write: () => {},
      read: (bytes: Uint8Array) => bytes.length,
      prepareRead: () => new Promise<void>((resolve) => (prepared = resolve)),
    }
    const key = { write: () => {}, read: (bytes: Uint8Array) => bytes }
    const consumer = scene.consumer({ ...group, topics: [{ name: 't', key, value }] })
    consumer.subscribe(['t'])
    const stop = new AbortController()
    const iterator = consumer.records({ signal: stop.signal })[Symbol.asyncIterator]()
    const waiting = iterator.next()
    waiting.catch(() => {})
    await scene.pass(300)
    assert.ok(prepared !== undefined)
    const ended =
      how === 'return'
        ? iterator.return!()
        : how === 'unsubscribe'
          ? consumer.unsubscribe().then(() => consumer.subscribe(['t']))
          : stop.abort()
    await scene.pass(10)
    prepared()
    await scene.pass(100)
    await ended
    if (how === 'unsubscribe') {
      await scene.pass(1_000)
      prepared()
      await scene.pass(100)
      assert.equal((await waiting).value?.offset, 0)
    } else {
      assert.equal((await waiting).done, true)
      const polled = consumer.poll(1_000)
      await scene.pass(100)
      prepared()
      assert.equal((await scene.until(polled))[0]?.firstOffset, 0)
    }
    await scene.until(consumer.close())
    assert.equal(scene.holds, 0)
  }
})
