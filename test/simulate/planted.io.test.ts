import assert from 'node:assert/strict'
import { availableParallelism } from 'node:os'
import { test } from 'node:test'
import { campaign, plantedBugs } from '@odradek/testing/simulation'

test('at least ten bugs are planted', () => {
  assert(plantedBugs.length >= 10)
})

for (const bug of plantedBugs) {
  test(`the simulator finds it: ${bug.name}`, async () => {
    const { failures, seeds } = await campaign({
      from: 1,
      seeds: bug.withinSeeds,
      workers: availableParallelism(),
      bug,
      stopAtFailure: true,
    })
    const [failure] = failures
    assert(failure !== undefined, `not found in ${seeds} seeds`)
    // Without a seed the bug could not be planted: its text is not there any more, or not once.
    assert.notEqual(failure.seed, '', failure.message)
  })
}
