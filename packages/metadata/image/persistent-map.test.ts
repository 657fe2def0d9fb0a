import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { PersistentMap } from './persistent-map.ts'

test('a persistent map holds what a plain map would, and every version of it stays as it was', () => {
  const step = fc.record({ key: fc.integer({ min: 0, max: 40 }).map(String), value: fc.option(fc.integer(), { nil: undefined }) })
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const model = new Map<string, number>()
      let map = PersistentMap.empty<number>()
      const versions: [PersistentMap<number>, Map<string, number>][] = []
      for (const { key, value } of steps) {
        if (value === undefined) model.delete(key)
        else model.set(key, value)
        map = value === undefined ? map.without(key) : map.with(key, value)
        versions.push([map, new Map(model)])
      }
      for (const [version, expected] of versions) {
        assert.deepEqual(new Map(version.entries()), expected)
        assert.equal(version.size, expected.size)
        for (let key = 0; key <= 40; key++) assert.equal(version.get(String(key)), expected.get(String(key)))
      }
    }),
  )
})

test('a map made at once equals one made step by step', () => {
  const entries = Array.from({ length: 5000 }, (_, i): [string, number] => [`key-${i % 3000}`, i])
  const stepwise = entries.reduce((map, [key, value]) => map.with(key, value), PersistentMap.empty<number>())
  const atOnce = PersistentMap.from(entries)
  assert.equal(atOnce.size, 3000)
  assert.deepEqual(new Map(atOnce.entries()), new Map(stepwise.entries()))
})
