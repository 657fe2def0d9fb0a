import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simulate } from './simulate.ts'
import { seedOf } from './worker.ts'

const seeds = 100

test(`in ${seeds} simulated clusters that fail in all their ways the client keeps its promises`, async () => {
  const seen = new Map<string, number>()
  for (let number = 1; number <= seeds; number++) {
    const { seed, violations, counts } = await simulate(seedOf(number))
    const [first] = violations
    assert.equal(first, undefined, `${first?.invariant}: ${first?.message}. See: npm run simulate -- --seed ${seed}`)
    for (const [name, count] of counts) seen.set(name, (seen.get(name) ?? 0) + count)
  }
  const wanted = [
    'acknowledged',
    'a batch came a second time',
    'a handler of run failed',
    'a handler sought',
    'aborted a transaction',
    'assigned partitions',
    'asked where an epoch ends',
    'committed a transaction',
    'committed offsets in a transaction',
    'continued a fetch session',
    'crashed a broker',
    'cut off what was not committed',
    'left a producer in doubt',
    'listed several aborted transactions',
    'lost an answer',
    'lost partitions',
    'mixed loops: batches',
    'mixed loops: poll',
    'mixed loops: records',
    'mixed loops: run',
    'moved a coordinator',
    'ran with order key',
    'ran with order none',
    'ran with order partition',
    'refused to tell committed offsets',
    'reset a connection',
    'several asked for records at once',
    'shared out anew in a consumer group',
    'unsubscribed',
    'went to another offset',
  ]
  assert.deepEqual(
    wanted.filter((name) => !seen.has(name)),
    [],
    'a simulation that never meets these proves nothing about them',
  )
})

test('a seed is the same run each time', async () => {
  for (const seed of ['0x1', '0x5', '0xa']) {
    const [first, second] = [await simulate(seed), await simulate(seed)]
    assert.equal(first.hash, second.hash)
    assert.equal(first.events, second.events)
  }
})
