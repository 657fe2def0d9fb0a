import assert from 'node:assert/strict'
import { fill, partitionsOf, range, take, until, values } from '../reading.ts'
import { scenario } from '../scenario.ts'
import type { Theme } from '../scenario.ts'
import { InterferingDialler } from '../wire/interference.ts'
import { Load } from './workload.ts'

export const moving: Theme = {
  theme: 'three brokers',
  scenarios: [
    scenario('partitions move from broker to broker under load: nothing is lost, nothing comes twice, order is kept', async (at) => {
      const topic = at.name('moving')
      await using admin = at.admin()
      await admin.createTopics([
        {
          name: topic,
          assignments: new Map([
            [0, [1, 2, 3]],
            [1, [2, 3, 1]],
            [2, [3, 1, 2]],
          ]),
        },
      ])
      await using producer = at.producer({ batchSize: 2000 })
      const load = new Load(producer, topic, 3)
      await until(at, 'the load runs', () => load.count > 500)
      for (const order of [
        [2, 3, 1],
        [3, 1, 2],
      ]) {
        await admin.alterPartitionReassignments(range(3).map((partition) => ({ topic, partition, replicas: order })))
        await until(at, 'the replicas are in their new order', async () => {
          const described = (await admin.describeTopics([topic])).get(topic)
          return described?.partitions.every(({ replicas }) => replicas.join() === order.join()) === true
        })
        await admin.electLeaders('PREFERRED', partitionsOf(topic, 3)).settled()
        const before = load.count
        await until(at, 'the load goes on', () => load.count > before + 500)
      }
      await load.stop()
      await load.check(at)
    }),

    scenario('a consumer reads from the replica in its own rack, and from the leader when that one lags or goes', async (at) => {
      const topic = at.name('racks')
      await using admin = at.admin()
      await admin.createTopics([{ name: topic, assignments: new Map([[0, [1, 2, 3]]]) }])
      await fill(at, topic, 100)
      const ports = at.bootstrap.split(',').map((address) => Number(address.split(':')[1]))
      const fetched = new Map<number, number>()
      const dialler = new InterferingDialler(({ api }, port) => {
        if (api.name === 'Fetch') fetched.set(port, (fetched.get(port) ?? 0) + 1)
        return undefined
      })
      await using consumer = at.consumer({ clientRack: 'rack-3', fetchMaxWaitMs: 100 }, at.client({}, { dialler }))
      consumer.assign([{ topic, partition: 0 }])
      assert.deepEqual(values(await take(at, consumer, 100)), range(100).map(String))
      const next = take(at, consumer, 1)
      await until(at, 'the third broker is asked', () => (fetched.get(ports[2] ?? 0) ?? 0) > 2)
      await fill(at, topic, 1, { from: 100 })
      await next
    }),
  ],
}
