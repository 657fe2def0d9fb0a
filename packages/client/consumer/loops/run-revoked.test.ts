import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { batchOf } from '../consumer-fixture.ts'
import { Scene } from '../scene/scene.ts'

const group = { groupId: 'g', autoOffsetReset: 'earliest' } as const
const records = Array.from({ length: 100 }, (_, at) => ({ key: Buffer.from(`k${at % 5}`), value: Buffer.from(String(at)), timestamp: 1 }))

// Found by hand: a busy handler, then a rebalance. What the handlers had never been given was dropped, and counted as finished when the last of
// them ended: 4 were handled, and 100 committed. With order key the finished record of one key carried the offset over the waiting one of another.
for (const order of ['partition', 'key', 'none'] as const) {
  for (const how of ['unsubscribe', 'another member'] as const) {
    test(`no record is lost when a partition goes while a handler is at work (order ${order}, ${how})`, async () => {
      const scene = new Scene({ t: 1 })
      scene.logs.append('t-0', batchOf(records))
      const consumer = scene.consumer({ ...group, heartbeatIntervalMs: 200 })
      consumer.subscribe(['t'])
      const stop = new AbortController()
      const handled = new Set<number>()
      const running = consumer.run(
        async ({ offset }) => {
          await new Promise<void>((resolve) => scene.time.after(offset === 3 ? 6_000 : 5, resolve))
          handled.add(offset)
        },
        { order, concurrency: 4, signal: stop.signal },
      )
      running.catch(() => {})
      for (let waited = 0; waited < 5_000 && !handled.has(2); waited += 5) await scene.pass(5)
      const other = scene.consumer({ ...group, heartbeatIntervalMs: 200, groupInstanceId: 'other' })
      if (how === 'unsubscribe') await scene.until(consumer.unsubscribe())
      else {
        other.subscribe(['t'])
        const polled = other.poll(20_000)
        await scene.until(polled)
      }
      const firstUnhandled = records.findIndex((_, offset) => !handled.has(offset))
      assert.ok(firstUnhandled > 3, `${firstUnhandled}`)
      assert.ok(scene.committed['t-0']! <= firstUnhandled, `${scene.committed['t-0']} is committed, ${firstUnhandled} was not handled`)
      stop.abort()
      await scene.until(running.catch(() => {}))
      await scene.until(consumer.close())
      await scene.until(other.close())
    })
  }
}
