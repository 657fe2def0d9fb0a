import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClientError } from '../errors/index.ts'
import { topic } from '../topic.ts'
import { batchOf } from './consumer-fixture.ts'
import { Scene } from './scene/scene.ts'

test('position() within onPartitionsAssigned answers, and what the listener commits without asking is where reading begins', async () => {
  // Found by hand: the position was not looked up before the listener was done, and the listener waited for the position.
  const scene = new Scene({ t: 2 })
  for (const name of ['t-0', 't-1']) scene.logs.append(name, batchOf(['a', 'b', 'c', 'd']))
  const consumer = scene.consumer({ groupId: 'g', autoOffsetReset: 'earliest' })
  const positions: number[] = []
  consumer.subscribe(['t'], {
    onPartitionsAssigned: async () => {
      positions.push(await consumer.position({ topic: 't', partition: 0 }))
      await consumer.commit([{ topic: 't', partition: 1, offset: 2 }])
    },
  })
  const first: Record<number, number> = {}
  for (let polls = 0; polls < 4; polls++)
    for (const batch of await scene.until(consumer.poll(200))) first[batch.partition] ??= batch.firstOffset
  assert.deepEqual(positions, [0])
  assert.deepEqual(first, { 0: 0, 1: 2 })
  await scene.until(consumer.close())
})

test('the listener hears of partitions that unsubscribe() had no time left to give back', async () => {
  const scene = new Scene({ t: 1 })
  scene.logs.append('t-0', batchOf(['a', 'b']))
  const consumer = scene.consumer({ groupId: 'g', autoOffsetReset: 'earliest', defaultApiTimeoutMs: 3_000 })
  const heard: string[] = []
  consumer.subscribe(['t'], {
    onPartitionsAssigned: () => void heard.push('assigned'),
    onPartitionsRevoked: () => void heard.push('revoked'),
  })
  await scene.until(consumer.poll(100))
  await scene.until(consumer.poll(100))
  // Giving back begins with a commit.
  scene.story.coordinator.silence()
  await scene.until(consumer.unsubscribe())
  assert.deepEqual(heard, ['assigned'])
  scene.story.coordinator.speakAgain()
  await scene.pass(1_000)
  assert.deepEqual(heard, ['assigned', 'revoked'])
  await scene.until(consumer.close())
})

// Found by hand: each waited for itself, until default.api.timeout.ms, max.poll.interval.ms or the 30 s of close() were over.
for (const call of ['close', 'unsubscribe'] as const) {
  for (const where of ['onPartitionsAssigned', 'onPartitionsRevoked'] as const) {
    for (const protocol of ['classic', 'consumer'] as const) {
      test(`a rebalance listener may await ${call}() (${where}, ${protocol})`, async () => {
        const scene = new Scene({ t: 1 })
        scene.logs.append('t-0', batchOf(['a', 'b', 'c', 'd']))
        scene.story.coordinator.consumer.firstTarget = 't-0'
        const consumer = scene.consumer({ groupId: 'g', autoOffsetReset: 'earliest', groupProtocol: protocol })
        let isBack = false
        consumer.subscribe(['t'], {
          [where]: async () => {
            await new Promise<void>((resolve) => scene.time.after(10, resolve))
            await consumer[call]()
            isBack = true
          },
        })
        const reading = (async () => {
          for await (const { offset } of consumer.records()) if (offset === 2) break
        })()
        reading.catch(() => {})
        await scene.pass(protocol === 'consumer' ? 15_000 : 1_000)
        const before = scene.time.monotonic()
        if (where === 'onPartitionsRevoked') await scene.until(consumer[call]())
        assert.equal(isBack, true)
        await scene.until(reading.catch(() => {}))
        await scene.until(consumer.close())
        assert.ok(scene.time.monotonic() - before < 1_000, `${scene.time.monotonic() - before}`)
        assert.equal(scene.holds, 0)
      })
    }
  }
  test(`a handler of run may await ${call}(), others are waited for, and its own record comes again`, async () => {
    const scene = new Scene({ t: 2 })
    for (const name of ['t-0', 't-1']) scene.logs.append(name, batchOf(['a', 'b', 'c', 'd']))
    const consumer = scene.consumer({ groupId: 'g', autoOffsetReset: 'earliest' })
    consumer.subscribe(['t'])
    const before = scene.time.monotonic()
    let isBack = false
    const running = consumer.run(async ({ partition, offset }) => {
      await new Promise<void>((resolve) => scene.time.after(partition === 0 ? 100 : 450, resolve))
      if (partition === 1 || offset < 2) return
      await consumer[call]()
      isBack = true
    })
    running.catch(() => {})
    await scene.pass(2_000)
    assert.equal(isBack, true)
    assert.deepEqual(scene.committed, { 't-0': 2, 't-1': 1 })
    if (call === 'close') await scene.until(running)
    else await assert.rejects(scene.until(running), /nothing to read/)
    await scene.until(consumer.close())
    assert.ok(scene.time.monotonic() - before < 5_000)
    assert.equal(scene.holds, 0)
  })
}

test('asking for records after unsubscribe() says that there is nothing to read; whoever waits hears of it, unless there is something else', async () => {
  // Found by hand: the loop waited for ever, without a word; poll() of a consumer that was made with topics subscribed to them again.
  for (const how of ['records', 'run', 'poll', 'waiting', 'waiting, then subscribe', 'waiting, then close'] as const) {
    const scene = new Scene({ t: 1 })
    const consumer = scene.consumer({ groupId: 'g', autoOffsetReset: 'earliest', topics: [topic('t')] })
    if (!how.startsWith('waiting')) scene.logs.append('t-0', batchOf(['a', 'b', 'c', 'd']))
    const read = async (): Promise<number> => {
      let seen = 0
      if (how === 'run') await consumer.run(async () => (seen++ === 0 ? consumer.unsubscribe() : undefined))
      else if (how === 'poll') {
        await consumer.poll(1_000)
        await consumer.unsubscribe()
        await consumer.poll(1_000)
      } else for await (const _ of consumer.records()) if (seen++ === 0 && how === 'records') await consumer.unsubscribe()
      return seen
    }
    const reading = read()
    reading.catch(() => {})
    await scene.pass(1_000)
    if (how === 'waiting, then subscribe') {
      const again = consumer.unsubscribe().then(() => consumer.subscribe(['t']))
      await scene.until(again)
      scene.logs.append('t-0', batchOf(['a', 'b']))
      await scene.pass(1_000)
      await scene.until(consumer.close())
      assert.equal(await reading, 2)
    } else if (how === 'waiting, then close') {
      await scene.until(consumer.unsubscribe().then(() => consumer.close()))
      assert.equal(await reading, 0)
    } else {
      if (how === 'waiting') await scene.until(consumer.unsubscribe())
      await assert.rejects(
        scene.until(reading),
        (error) => error instanceof ClientError && error.code === 'ODRADEK_STATE' && /nothing to read/.test(error.message),
        how,
      )
      consumer.subscribe(['t'])
      if (how === 'waiting') scene.logs.append('t-0', batchOf(['a', 'b']))
      assert.ok((await scene.until(consumer.poll(2_000))).length > 0)
      await scene.until(consumer.close())
    }
    assert.equal(scene.holds, 0)
  }
})
