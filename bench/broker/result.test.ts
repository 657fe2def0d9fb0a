import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Run } from './result.ts'
import { resultOf, summaryOf } from './result.ts'
import { allCases } from './cases/index.ts'
import { metrics } from './metrics.ts'
import { table } from './table.ts'

const run = (contender: Run['contender'], pair: number, p50: number): Run => ({ contender, pair, measured: { p50 } })
const runs = [run('odradek', 0, 1), run('apache-kafka', 0, 4), run('apache-kafka', 1, 10), run('odradek', 1, 5), run('odradek', 2, 3)]
const asked = allCases.find((each) => each.name === 'latency-50') ?? assert.fail('there is no such case')

test('ratios are taken between neighbours, and a run without one counts for none', () => {
  assert.deepEqual(resultOf(asked, runs).ratios, { p50: { min: 0.25, median: 0.375, max: 0.5 } })
  assert.deepEqual(summaryOf(runs, 'odradek', 'p50'), { min: 1, median: 3, max: 5 })
  assert.equal(summaryOf(runs, 'odradek', 'p99'), undefined)
})

test('a table says whether a goal is met', () => {
  const line = (text: string): string => table(asked, resultOf(asked, runs)).find((each) => each.includes(text)) ?? ''
  assert.match(line('p50'), /0\.25 +0\.38 +0\.50 +≤ 0\.50 +met/)
  const worse = [run('odradek', 0, 3), run('apache-kafka', 0, 4)]
  assert.match(table(asked, resultOf(asked, worse)).join('\n'), /≤ 0\.50 +MISSED/)
})

test('every case shows metrics that have a name, and no two cases share one', () => {
  for (const each of allCases)
    for (const metric of Object.keys(each.shows)) assert.ok(metrics[metric] !== undefined, `${each.name}: ${metric}`)
  const names = allCases.map((each) => each.name)
  assert.equal(new Set(names).size, names.length)
})
