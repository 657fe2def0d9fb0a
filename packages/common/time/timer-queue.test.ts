import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { TimerQueue } from './timer-queue.ts'

test('whatever is added and cancelled, actions come out by due time and then by the order of asking', () => {
  const plan = fc.array(fc.record({ due: fc.integer({ min: 0, max: 20 }), cancelled: fc.boolean() }), { maxLength: 60 })
  fc.assert(
    fc.property(plan, (items) => {
      const queue = new TimerQueue()
      const seen: number[] = []
      const waiting = items.map(({ due }, index) => queue.add(due, () => seen.push(index)))
      items.forEach(({ cancelled }, index) => cancelled && waiting[index]?.cancel())
      const kept = items.map((item, index) => ({ ...item, index })).filter((item) => !item.cancelled)
      assert.equal(queue.size, kept.length)
      for (let now = 0; now <= 20; now++) for (let act = queue.takeDue(now); act !== undefined; act = queue.takeDue(now)) act()
      assert.deepEqual(
        seen,
        kept.toSorted((a, b) => a.due - b.due || a.index - b.index).map((item) => item.index),
      )
      assert.equal(queue.nextDueMs, undefined)
    }),
  )
})
