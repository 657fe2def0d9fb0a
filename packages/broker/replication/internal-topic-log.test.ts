import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { silentLogger } from '@odradek/common/logging'
import { MetricsRegistry } from '@odradek/common/metrics'
import { VirtualTime } from '@odradek/common/time'
import type { LoadedEntry } from '@odradek/coordinator'
import { newPartition } from '@odradek/metadata'
import { KafkaError } from '@odradek/protocol'
import { buildBatch } from '@odradek/protocol/records'
import { BrokerTopicMetrics } from '../topic-metrics.ts'
import { FakeLog, fakeLogSettings } from './fake-log.ts'
import { InternalTopicLog } from './internal-topic-log.ts'
import { Replicas } from './replicas.ts'

const topic = '__consumer_offsets'

function setUp() {
  const time = new VirtualTime()
  const log = new FakeLog()
  const replicas = new Replicas({
    brokerId: 1,
    logs: { logFor: () => log, remove: () => undefined },
    settingsOf: () => ({ log: fakeLogSettings, minInSyncReplicas: 1 }),
    clock: time,
    timer: time,
    logger: silentLogger,
    metrics: new BrokerTopicMetrics(new MetricsRegistry(time)),
  })
  const after = { id: 'id', name: topic, internal: true, partitions: [newPartition(0, [1], [1])], revision: 1 }
  replicas.apply({ revision: 1, topics: [{ before: undefined, after }], configs: [], brokers: [], features: false })
  return { log, coordinatorLog: new InternalTopicLog({ topic, replicas, clock: time, partitionCount: () => 1 }) }
}

async function loaded(log: InternalTopicLog): Promise<readonly LoadedEntry[]> {
  const all: LoadedEntry[] = []
  for await (const entries of log.load(0)) all.push(...entries)
  return all
}

test('a coordinator gets all that is in its log', async () => {
  const { log, coordinatorLog } = setUp()
  log.append(buildBatch([{ key: Buffer.from('k'), value: Buffer.from('v'), timestamp: 5 }]))
  log.write()
  log.sync()
  assert.deepEqual(
    (await loaded(coordinatorLog)).map(({ offset, kind }) => [offset, kind]),
    [[0, 'record']],
  )
})

test('a coordinator gets nothing of a damaged log: what is left of it is an older state', async () => {
  const { log, coordinatorLog } = setUp()
  log.append(buildBatch([{ key: Buffer.from('k'), value: Buffer.from('v'), timestamp: 5 }]))
  log.write()
  log.sync()
  log.damage = new KafkaError('KAFKA_STORAGE_ERROR', 'damaged')
  await assert.rejects(loaded(coordinatorLog), { code: 'KAFKA_STORAGE_ERROR' })
})

test('a coordinator is answered when its records are on the disk, not before', async () => {
  const { log, coordinatorLog } = setUp()
  let isAnswered = false
  const answered = coordinatorLog.append(0, [{ key: Buffer.from('k'), value: Buffer.from('v') }]).then(() => {
    isAnswered = true
  })
  const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))
  await turn()
  log.write()
  await turn()
  assert.equal(isAnswered, false)
  log.sync()
  await answered
})
