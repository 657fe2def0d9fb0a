import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KafkaError } from '@odradek/protocol'
import { ClientError, ConfigError } from '../errors/index.ts'
import { batchOf } from './consumer-fixture.ts'
import type { Consumer } from './consumer.ts'
import { Scene } from './scene/scene.ts'

const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, at) => String(from + at))
const t0 = { topic: 't', partition: 0 } as const
const group = { groupId: 'g', autoOffsetReset: 'earliest' } as const

function sceneWith(partitions: number, records: number): Scene {
  const scene = new Scene({ t: partitions })
  for (let partition = 0; partition < partitions; partition++) scene.logs.append(`t-${partition}`, batchOf(numbers(0, records)))
  return scene
}

const state = (code: string) => (error: unknown) => (error instanceof ClientError || error instanceof KafkaError) && error.code === code

test('heartbeat tied to the handler: a handler of twice the session timeout causes no rebalance', async () => {
  const scene = sceneWith(1, 5)
  const consumer = scene.consumer({ ...group, sessionTimeoutMs: 6_000, heartbeatIntervalMs: 2_000 })
  const events: string[] = []
  consumer.subscribe(['t'], {
    onPartitionsAssigned: () => void events.push('assigned'),
    onPartitionsRevoked: () => void events.push('revoked'),
    onPartitionsLost: () => void events.push('lost'),
  })
  const stop = new AbortController()
  const loop = (async () => {
    for await (const _ of consumer.records({ signal: stop.signal })) await new Promise<void>((resolve) => scene.time.after(12_000, resolve))
  })()
  await scene.pass(40_000)
  assert.deepEqual(events, ['assigned'])
  stop.abort()
  await scene.until(loop)
  await scene.until(consumer.close())
})

test('stuck handler keeps its partitions: they move in time, and its late commit is rejected', async () => {
  const scene = sceneWith(2, 5)
  const stuck = scene.consumer({ ...group, maxPollIntervalMs: 10_000, heartbeatIntervalMs: 1_000 })
  const events: string[] = []
  stuck.subscribe(['t'], { onPartitionsLost: (partitions) => void events.push(`lost ${partitions.length}`) })
  const batches = stuck.batches()[Symbol.asyncIterator]()
  const first = await scene.until(batches.next())
  assert.ok(!first.done)
  const other = scene.consumer({ ...group, heartbeatIntervalMs: 1_000 })
  other.subscribe(['t'])
  const seen = new Set<string>()
  const stop = new AbortController()
  const loop = (async () => {
    for await (const { partition, offset } of other.records({ signal: stop.signal })) seen.add(`${partition}/${offset}`)
  })()
  await scene.pass(25_000)
  assert.equal(first.value.signal.aborted, true)
  assert.equal(seen.size, 10)
  await assert.rejects(scene.until(first.value.commit()), state('ILLEGAL_GENERATION'))
  assert.ok(scene.story.lines.some((line) => line.includes('maxPollIntervalMs') && line.startsWith('warn')))
  stop.abort()
  await scene.until(loop)
  await scene.until(other.close())
  // It asks again, and is a member again.
  const again = batches.next()
  scene.logs.append('t-0', batchOf(['late']))
  scene.logs.append('t-1', batchOf(['late']))
  assert.equal((await scene.until(again)).done, false)
  await batches.return?.()
  await scene.until(stuck.close())
})

test('stuck handler keeps its partitions: of run, the oldest handler counts, however busy the others are', async () => {
  const scene = sceneWith(2, 3)
  const consumer = scene.consumer({ ...group, maxPollIntervalMs: 5_000, heartbeatIntervalMs: 1_000 })
  let lostAtMs = 0
  consumer.subscribe(['t'], { onPartitionsLost: () => void (lostAtMs ||= scene.time.monotonic()) })
  let told = false
  const stop = new AbortController()
  const running = consumer.run(
    async ({ partition }, signal) => {
      if (partition === 0) {
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
        told = true
        stop.abort()
      } else await new Promise<void>((resolve) => scene.time.after(100, resolve))
    },
    { signal: stop.signal },
  )
  const feeding = (async () => {
    for (let i = 0; i < 100; i++) {
      scene.logs.append('t-1', batchOf(['x']))
      await new Promise<void>((resolve) => scene.time.after(100, resolve))
    }
  })()
  await scene.until(running)
  await scene.until(feeding)
  assert.equal(told, true)
  assert.ok(lostAtMs >= 5_000 && lostAtMs < 6_500, String(lostAtMs))
  await scene.until(consumer.close())
})

test('a revocation tells the work in hand, waits for it, and commits what it has done before the partitions go', async () => {
  const scene = sceneWith(2, 5)
  const first = scene.consumer({ ...group, heartbeatIntervalMs: 100 })
  const order: string[] = []
  first.subscribe(['t'], { onPartitionsRevoked: () => void order.push('revoked') })
  const iterator = first.records()[Symbol.asyncIterator]()
  await scene.until(iterator.next())
  const second = scene.consumer({ ...group, heartbeatIntervalMs: 100 })
  second.subscribe(['t'])
  const other = second.records()[Symbol.asyncIterator]()
  const otherNext = other.next()
  await scene.pass(2_000)
  // Still at work on its first record: nothing is taken away from it.
  assert.equal(order.length, 0)
  order.push('asks')
  const next = iterator.next()
  await scene.pass(1_000)
  assert.deepEqual(order, ['asks', 'revoked'])
  assert.equal(
    Object.values(scene.committed).reduce((sum, offset) => sum + offset, 0),
    1,
  )
  await scene.until(Promise.all([next, otherNext]))
  await iterator.return?.()
  await other.return?.()
  await scene.until(Promise.all([first.close(), second.close()]))
})

test('a pattern follows topics that come later', async () => {
  const scene = new Scene({ 'orders.eu': 1, other: 1 })
  const consumer = scene.consumer({ ...group, heartbeatIntervalMs: 100 })
  consumer.subscribe(/^orders\./)
  const seen: string[] = []
  const stop = new AbortController()
  const loop = (async () => {
    for await (const record of consumer.records({ signal: stop.signal })) seen.push(record.topic)
  })()
  scene.logs.append('orders.eu-0', batchOf(['a']))
  await scene.pass(500)
  assert.deepEqual(consumer.subscription(), ['orders.eu'])
  scene.story.changeTopics({ 'orders.eu': 1, 'orders.us': 1, other: 1 })
  scene.clusters[0]!.update({ 'orders.eu': 1, 'orders.us': 1, other: 1 })
  scene.logs.append('orders.us-0', batchOf(['b']))
  await scene.pass(2_000)
  assert.deepEqual(consumer.subscription(), ['orders.eu', 'orders.us'])
  assert.deepEqual(seen, ['orders.eu', 'orders.us'])
  stop.abort()
  await scene.until(loop)
  await scene.until(consumer.close())
})

test('assigned topic unknown to own pattern: what the broker assigns is read (KIP-848)', async () => {
  for (const pattern of [/^orders\./, { re2j: 'orders\\..*' }]) {
    const scene = new Scene({ t: 1 })
    const consumer = scene.consumer({ ...group, groupProtocol: 'consumer' })
    consumer.subscribe(pattern)
    // Made after the last refresh, and matched by the broker, whose idea of the pattern counts.
    scene.story.coordinator.consumer.firstTarget = 'orders.new-0'
    scene.clusters[0]!.hidden = { 'orders.new': 1, invoices: 1 }
    scene.logs.append('orders.new-0', batchOf(['a']))
    const [batch] = await scene.until(consumer.poll(30_000))
    assert.deepEqual([batch?.topic, batch?.count], ['orders.new', 1])
    const [member] = scene.story.coordinator.consumer.members.keys()
    scene.story.coordinator.consumer.assign(member!, 'invoices-0')
    scene.logs.append('invoices-0', batchOf(['b']))
    const [other] = await scene.until(consumer.poll(30_000))
    assert.equal(other?.topic, 'invoices')
    await scene.until(consumer.close())
    assert.deepEqual(scene.committed, { 'orders.new-0': 1, 'invoices-0': 0 })
  }
})

test('an error of a rebalance listener is thrown by the next call for records, and the rebalance goes on', async () => {
  const scene = sceneWith(1, 3)
  const consumer = scene.consumer(group)
  consumer.subscribe(['t'], {
    onPartitionsAssigned: () => {
      throw new Error('in the listener')
    },
  })
  const first = consumer.poll(5_000)
  first.catch(() => {})
  await assert.rejects(scene.until(first), /in the listener/)
  assert.equal((await scene.until(consumer.poll(5_000)))[0]?.count, 3)
  await scene.until(consumer.close())
})

test('a seek in onPartitionsAssigned is where reading begins', async () => {
  const scene = sceneWith(1, 10)
  const consumer = scene.consumer(group)
  consumer.subscribe(['t'], {
    onPartitionsAssigned: (partitions) => partitions.forEach((partition) => consumer.seek({ ...partition, offset: 7 })),
  })
  const [batch] = await scene.until(consumer.poll(5_000))
  assert.deepEqual([batch?.firstOffset, batch?.count], [7, 3])
  await scene.until(consumer.close())
})

test('a loop that unsubscribes or closes its own consumer does not wait for itself', async () => {
  for (const how of ['unsubscribe', 'close'] as const) {
    const scene = sceneWith(1, 10)
    const consumer = scene.consumer(group)
    consumer.subscribe(['t'])
    const loop = (async () => {
      for await (const record of consumer.records()) {
        if (record.offset === 3) {
          await consumer[how]()
          break
        }
      }
    })()
    const startedMs = scene.time.monotonic()
    await scene.until(loop)
    assert.ok(scene.time.monotonic() - startedMs < 2_000)
    if (how === 'close') assert.deepEqual(scene.committed, { 't-0': 3 })
    await scene.until(consumer.close())
  }
})

test('bad use: two loops, poll beside a loop, calls after close', async () => {
  const scene = sceneWith(1, 10)
  const consumer = scene.consumer(group)
  const nothing = consumer.records()[Symbol.asyncIterator]()
  await assert.rejects(nothing.next(), /nothing to read/)
  consumer.subscribe(['t'])
  const first = consumer.records()[Symbol.asyncIterator]()
  await scene.until(first.next())
  await assert.rejects(consumer.batches()[Symbol.asyncIterator]().next(), state('ODRADEK_STATE'))
  await assert.rejects(consumer.poll(10), /One loop at a time/)
  await assert.rejects(
    consumer.run(() => {}),
    state('ODRADEK_STATE'),
  )
  assert.equal((await scene.until(first.next())).value?.offset, 1)
  await first.return?.()
  assert.equal((await scene.until(consumer.poll(100)))[0]?.firstOffset, 1)
  await scene.until(consumer.close())
  await scene.until(consumer.close())
  assert.throws(() => consumer.subscribe(['t']), state('ODRADEK_CLOSED'))
  assert.throws(() => consumer.seek({ ...t0, offset: 1 }), state('ODRADEK_CLOSED'))
  assert.throws(() => consumer.records(), state('ODRADEK_CLOSED'))
  await assert.rejects(consumer.poll(1), state('ODRADEK_CLOSED'))
  await assert.rejects(consumer.commit(), state('ODRADEK_CLOSED'))
  await assert.rejects(consumer.endOffsets([t0]), state('ODRADEK_CLOSED'))
})

test('bad use: partitions that are not assigned', async () => {
  const scene = sceneWith(1, 3)
  const consumer = scene.consumer(group)
  for (const call of [
    () => consumer.seek({ ...t0, offset: 1 }),
    () => consumer.pause([t0]),
    () => consumer.resume([t0]),
    () => consumer.seekToEnd([t0]),
    () => consumer.lag(t0),
  ]) {
    assert.throws(call, (error) => state('ODRADEK_STATE')(error) && /t-0 is not assigned/.test(String(error)))
  }
  await assert.rejects(consumer.position(t0), state('ODRADEK_STATE'))
  consumer.assign([{ topic: 't', partition: 1 }])
  await assert.rejects(
    consumer.commit([{ ...t0, offset: 1 }]),
    (error) => state('ODRADEK_STATE')(error) && /commit: t-0/.test(String(error)),
  )
  assert.deepEqual(scene.committed, {})
  assert.throws(() => consumer.subscribe(['t']), /subscribe\(\) after assign\(\)/)
  await scene.until(consumer.close())
})

test('bad use: wrong types are named with what would be right', () => {
  const scene = sceneWith(1, 3)
  const consumer = scene.consumer(group)
  const wrong: readonly (readonly [(untyped: never) => unknown, unknown, RegExp])[] = [
    [(value) => consumer.subscribe(value), 'orders', /list of topics/],
    [(value) => consumer.subscribe(value), [], /empty/],
    [(value) => consumer.subscribe(value), ['no spaces please'], /can't be the name/],
    [(value) => consumer.subscribe(['t'], value), { onPartitionsRevoked: 5 }, /onPartitionsRevoked must be a function/],
    [(value) => consumer.subscribe(['t'], value), { onPartitionAssigned: () => {} }, /there are onPartitionsAssigned, /],
    [(value) => consumer.assign(value), [['t', 0]], /topic must be a name/],
    [(value) => consumer.assign(value), [{ topic: 't', partition: '0' }], /partition of t must be a number/],
    [(value) => consumer.seek(value), { topic: 't', partition: 0, offset: 5n }, /not a bigint/],
    [(value) => consumer.seek(value), { topic: 't', partition: 0, offset: -1 }, /from 0 on/],
    [(value) => consumer.records(value), { signal: true }, /AbortSignal/],
  ]
  for (const [call, value, message] of wrong)
    assert.throws(
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a program in JavaScript may pass
      () => call(value as never),
      (error) => error instanceof ConfigError && message.test(error.message),
      String(message),
    )
})

test('bad use: wrong arguments of calls that answer later reject', async () => {
  const scene = sceneWith(1, 3)
  const consumer = scene.consumer({})
  const wrong: readonly (readonly [(untyped: never) => Promise<unknown>, unknown, RegExp])[] = [
    [(value) => consumer.poll(value), '1s', /timeoutMs must be a number/],
    [(value) => consumer.run(value), undefined, /handler must be a function/],
    [(value) => consumer.run(() => {}, value), { order: 'keys' }, /order must be/],
    [(value) => consumer.run(() => {}, value), { parallel: 4 }, /parallel is unknown here; there are order, /],
    [(value) => consumer.run(() => {}, value), { concurrency: 0 }, /concurrency must be/],
    [(value) => consumer.close(value), { groupMembership: 'stay' }, /groupMembership/],
    [(value) => consumer.commit(value), [{ topic: 't', partition: 0, offset: 1 }], /needs a group/],
    [(value) => consumer.committed(value), [], /needs a group/],
    [(value) => consumer.offsetsForTimes(value), [{ topic: 't', partition: 0 }], /timestamp/],
  ]
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
  for (const [call, value, message] of wrong) await assert.rejects(call(value as never), message)
  assert.throws(() => consumer.subscribe(['t']), /needs a group/)
  assert.throws(() => consumer.groupMetadata(), /needs a group/)
  assert.throws(() => scene.consumer(group).subscribe({ re2j: 't.*' }), /KIP-848/)
  assert.throws(() => scene.consumer(group).enforceRebalance(), state('ODRADEK_STATE'))
})

test('a commit without arguments commits what is processed, and not what is in hand', async () => {
  const scene = sceneWith(1, 5)
  const consumer: Consumer = scene.consumer({ ...group, enableAutoCommit: false })
  consumer.subscribe(['t'])
  const iterator = consumer.records()[Symbol.asyncIterator]()
  await scene.until(iterator.next())
  await scene.until(iterator.next())
  await scene.until(consumer.commit())
  assert.deepEqual(scene.committed, { 't-0': 1 })
  await scene.until(consumer.commit([{ ...t0, offset: 2, metadata: 'mine' }]))
  assert.equal((await scene.until(consumer.committed([t0])))[0]?.metadata, 'mine')
  await iterator.return?.()
  await scene.until(consumer.close())
  assert.deepEqual(scene.committed, { 't-0': 2 })
})
