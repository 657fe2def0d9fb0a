import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Metadata } from '@odradek/protocol/messages'
import { startBroker } from '@odradek/testing'
import { systemEnvironment } from '../system-environment.ts'
import { clusterDefaults } from './cluster-fixture.ts'
import type { ClusterOptions } from './connected-cluster.ts'
import { connectCluster } from './connected-cluster.ts'

const to = (port: number, host = '127.0.0.1', more: Partial<ClusterOptions> = {}) =>
  connectCluster({
    environment: systemEnvironment(),
    settings: { ...clusterDefaults, bootstrapServers: [{ host, port }] },
    clientId: 'test',
    ...more,
  })

test('a topic, its leader, the controller and a coordinator are found through one bootstrap address', async () => {
  await using kafka = await startBroker({ topics: { orders: 3 } })
  await using cluster = to(kafka.port)
  assert.equal(cluster.metadata.revision, 0)
  assert.deepEqual([...cluster.metadata.brokers.keys()], [-1])
  const orders = await cluster.topic('orders')
  assert.equal(orders.partitions.length, 3)
  assert.equal(cluster.metadata.topicNames.get(orders.topicId), 'orders')
  const leader = orders.partitions[0]?.leader ?? -1
  assert.deepEqual([...cluster.metadata.brokers.keys()], [leader])
  assert.equal(await cluster.controller(), leader)
  assert.equal(await cluster.coordinator('group', 'g'), leader)
  assert.equal(await cluster.anyBroker(), leader)
  assert(cluster.isReady(leader))
})

test('`localhost` refused: a broker that listens on 127.0.0.1 alone is found under the name', async () => {
  await using kafka = await startBroker()
  await using cluster = to(kafka.port, 'localhost')
  assert.equal((await cluster.refresh()).brokers.size, 1)
})

test('many requests of a turn leave in order and get their own answers', async () => {
  await using kafka = await startBroker({ topics: { orders: 1 } })
  await using cluster = to(kafka.port)
  const broker = await cluster.anyBroker()
  const names = Array.from({ length: 200 }, (_, index) => `t${index}`)
  const answers = await Promise.all(
    names.map((name) => cluster.call(broker, Metadata, { topics: [{ name }], allowAutoTopicCreation: false })),
  )
  assert.deepEqual(
    answers.map(({ topics }) => topics[0]?.name),
    names,
  )
})
