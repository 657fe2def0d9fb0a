import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Timeline } from './timeline.ts'
import { TimelineMap } from './timeline-map.ts'

test('a change that is taken back leaves no trace', () => {
  const timeline = new Timeline()
  const map = new TimelineMap<string, number>(timeline)
  map.set('a', 1)
  const epoch = timeline.advance()
  map.set('a', 2)
  map.set('a', 3)
  map.set('b', 4)
  map.delete('a')
  timeline.revert(epoch)
  assert.deepEqual([...map], [['a', 1]])
  assert.equal(timeline.isOpen, false)
})

test('a settled change can no longer be taken back, a later one can', () => {
  const timeline = new Timeline()
  const map = new TimelineMap<string, number>(timeline)
  const first = timeline.advance()
  map.set('a', 1)
  const second = timeline.advance()
  map.set('a', 2)
  assert.equal(map.getSettled('a'), undefined)
  timeline.settle(first)
  assert.equal(map.getSettled('a'), 1)
  timeline.revert(second)
  assert.equal(map.get('a'), 1)
})

test('what is set while everything is settled is settled at once', () => {
  const timeline = new Timeline()
  const map = new TimelineMap<string, number>(timeline)
  map.set('a', 1)
  assert.equal(map.getSettled('a'), 1)
  timeline.revert(0)
  assert.equal(map.get('a'), 1)
})

test('an inner map that was emptied and dropped comes back whole', () => {
  const timeline = new Timeline()
  const outer = new TimelineMap<string, TimelineMap<number, string>>(timeline)
  const inner = new TimelineMap<number, string>(timeline)
  inner.set(0, 'x')
  outer.set('orders', inner)
  const epoch = timeline.advance()
  inner.delete(0)
  outer.delete('orders')
  assert.equal(outer.getSettled('orders')?.getSettled(0), 'x')
  timeline.revert(epoch)
  assert.equal(outer.get('orders')?.get(0), 'x')
})

type Step =
  | { readonly kind: 'set' | 'delete'; readonly key: number; readonly value: number }
  | { readonly kind: 'advance' | 'settle' | 'revert' }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('set', 'delete'), key: fc.nat(4), value: fc.nat(99) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('advance', 'settle', 'revert') }) },
)

test('property: the map equals one copied at each epoch', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const timeline = new Timeline()
      const map = new TimelineMap<number, number>(timeline)
      // copies[i] is the state before epoch settled + i + 1; the last is the current one.
      let copies: Map<number, number>[] = [new Map()]
      const current = (): Map<number, number> => copies.at(-1) ?? new Map<number, number>()
      for (const each of steps) {
        switch (each.kind) {
          case 'set':
            map.set(each.key, each.value)
            current().set(each.key, each.value)
            break
          case 'delete':
            map.delete(each.key)
            current().delete(each.key)
            break
          case 'advance':
            timeline.advance()
            copies.push(new Map(current()))
            break
          case 'settle':
            if (copies.length > 1) {
              timeline.settle(timeline.settledEpoch + 1)
              copies = copies.slice(1)
            }
            break
          case 'revert':
            if (copies.length > 1) {
              timeline.revert(timeline.epoch)
              copies.pop()
            }
            break
        }
        assert.deepEqual(new Map(map), current())
        assert.deepEqual(new Map(map.settledEntries()), copies[0])
      }
    }),
    { numRuns: 500 },
  )
})
