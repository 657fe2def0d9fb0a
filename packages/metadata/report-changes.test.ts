import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLogger } from '@odradek/common/logging'
import type { LogFields } from '@odradek/common/logging'
import { deleteTopics } from './controller/delete-topics.ts'
import { createTopics } from './controller/create-topics.ts'
import { brokerGone } from './controller/broker-lifecycle.ts'
import { incrementalAlterConfigs } from './controller/alter-configs.ts'
import { TestCluster } from './controller/test-cluster.ts'
import { deltaBetween } from './image/delta-between.ts'
import { reportChanges } from './report-changes.ts'

test('the log tells what happened to topics, settings and brokers, and no values', () => {
  const lines: string[] = []
  const write = (message: string, fields: LogFields = {}): void => void lines.push(`${message} ${JSON.stringify(fields)}`)
  const report = reportChanges({ ...silentLogger, info: write, warn: write })
  const cluster = new TestCluster({ brokers: 2 })
  let before = cluster.image
  const after = (work: () => void): string => {
    lines.length = 0
    work()
    report(cluster.image, deltaBetween(before, cluster.image))
    before = cluster.image
    return lines.join('\n').replaceAll(/"id":"[^"]+"/g, '"id":"…"')
  }
  const topic = { name: 't', numPartitions: -1, replicationFactor: -1, assignments: [{ partition: 0, brokerIds: [1, 2] }], configs: [] }
  assert.equal(
    after(() => cluster.decide((context) => createTopics(context, { topics: [topic], validateOnly: false }))),
    'Topic created {"topic":"t","id":"…","partitions":1,"replicationFactor":2}',
  )
  const resource = { type: 'topic', name: 't' } as const
  const configs = [{ name: 'retention.ms', operation: 'set', value: '77' }] as const
  assert.equal(
    after(() => cluster.decide((context) => incrementalAlterConfigs(context, [{ resource, configs }], false))),
    'Settings changed {"type":"topic","entity":"t","set":"retention.ms"}',
  )
  assert.equal(
    after(() => {
      cluster.loseBroker(1)
      cluster.decide((context) => brokerGone(context, 1))
    }),
    'Leader changed {"topic":"t","partition":0,"leader":2,"leaderEpoch":1,"isr":"2"}\nBroker is away {"broker":1}',
  )
  const reference = { name: 't', topicId: 'AAAAAAAAAAAAAAAAAAAAAA' }
  assert.equal(
    after(() => cluster.decide((context) => deleteTopics(context, [reference]))),
    'Topic deleted {"topic":"t","id":"…"}',
  )
})
