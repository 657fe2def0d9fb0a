import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseYaml } from '../../yaml/yaml.ts'
import { planOf, shownPlan } from './plan.ts'
import type { CurrentTopic } from './plan.ts'
import { wishesOf } from './topic-wishes.ts'

const wishes = (yaml: string) => wishesOf(parseYaml(yaml, 'topics.yaml'), 'topics.yaml')
const orders: CurrentTopic = {
  partitions: 3,
  replicas: 1,
  config: { 'retention.ms': '1000' },
  defaults: { 'retention.ms': '604800000', 'cleanup.policy': 'delete' },
}

test('what is missing is made, what differs is changed, what is the same is left', () => {
  const plan = planOf(
    wishes(`
topics:
  orders: { partitions: 6, config: { retention.ms: 1d, cleanup.policy: [compact, delete] } }
  users: { config: { cleanup.policy: compact } }
  plain:
`),
    new Map([['orders', orders]]),
    false,
  )
  assert.equal(
    shownPlan(plan),
    [
      '~ orders  partitions: 3 → 6',
      '~ orders  retention.ms: 1000 → 86400000',
      '~ orders  cleanup.policy: delete → compact,delete',
      '+ users  cleanup.policy=compact',
      '+ plain',
      '',
    ].join('\n'),
  )
  assert.equal(
    shownPlan(planOf(wishes('topics: { orders: { config: { retention.ms: 1s } } }'), new Map([['orders', orders]]), false)),
    'Nothing to do: everything is as the file says.\n',
  )
})

test('only with prune does what the file does not name go', () => {
  const current = new Map([
    ['orders', orders],
    ['old', orders],
  ])
  const wish = wishes('topics: { orders: {} }')
  assert.deepEqual(planOf(wish, current, false), [])
  assert.equal(shownPlan(planOf(wish, current, true)), '~ orders  retention.ms: 1000 → 604800000 (default)\n- old  with all its records\n')
})

test('what cannot be done is refused before anything is', () => {
  assert.throws(() => planOf(wishes('topics: { orders: { partitions: 2 } }'), new Map([['orders', orders]]), false), /cannot get fewer/)
  assert.throws(() => planOf(wishes('topics: { orders: { replicas: 3 } }'), new Map([['orders', orders]]), false), /does not move any/)
})

test('a mistake in the file is told with its place', () => {
  assert.throws(
    () => wishes('topics: { orders: { partitons: 2 } }'),
    /topics\.yaml: orders has a field partitons, which is not known\. Did you mean partitions\?/,
  )
  assert.throws(() => wishes('topics: { orders: { partitions: many } }'), /orders\.partitions must be a number/)
  assert.throws(() => wishes('topic: {}'), /Did you mean topics\?/)
  assert.throws(() => wishes('- a'), /must have fields/)
  assert.throws(() => wishes('topics: [unfinished'), /topics\.yaml is not YAML: .*line 1/)
})
