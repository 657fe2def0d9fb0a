import assert from 'node:assert/strict'
import { KafkaError } from '@odradek/client'
import { CreateTopics } from '@odradek/protocol/messages'
import { fill, partitionsOf, range, take, until } from '../reading.ts'
import { scenario } from '../scenario.ts'
import type { Theme } from '../scenario.ts'

export const administering: Theme = {
  theme: 'administering',
  scenarios: [
    scenario('topics are made, described, listed, grown and deleted, each with its own result', async (at) => {
      await using admin = at.admin()
      const [first, second] = [at.name('a'), at.name('b')]
      const made = await admin.createTopics([
        at.newTopic(first, 2, { replicationFactor: 1, config: { 'retention.ms': 3_600_000 } }),
        at.newTopic(second),
      ])
      // Before 2.4 a broker does not say what it has made.
      assert.equal(made.get(first)?.partitions, at.broker.announces(CreateTopics.key, 5) ? 2 : -1)
      const outcomes = await admin.createTopics([at.newTopic(first), at.newTopic(`${first}-c`)]).settled()
      const again = outcomes.get(first)
      assert(again?.ok === false)
      assert.equal(again.error.code, 'TOPIC_ALREADY_EXISTS')
      assert.equal(outcomes.get(`${first}-c`)?.ok, true)
      assert.equal((await admin.createTopics([at.newTopic(`${first}-d`)], { validateOnly: true })).size, 1)
      const listed = await admin.listTopics()
      assert.deepEqual(
        [first, second, `${first}-d`].map((name) => listed.has(name)),
        [true, true, false],
      )
      await admin.createPartitions([{ topic: second, totalCount: 4 }])
      // Who answers for the cluster may know a little later what it has done.
      await until(at, 'the partitions are there', async () => (await admin.describeTopics([second])).get(second)?.partitions.length === 4)
      const described = await admin.describeTopics([first, second])
      assert.equal(described.get(first)?.partitions.length, 2)
      assert.equal(described.get(first)?.topicId, made.get(first)?.topicId)
      await assert.rejects(
        async () => admin.describeTopics([first, at.name('nowhere')]),
        (error: unknown) => {
          assert(error instanceof KafkaError)
          assert.equal(error.code, 'UNKNOWN_TOPIC_OR_PARTITION')
          assert.equal(error.outcomes?.size, 2)
          return true
        },
      )
      await admin.deleteTopics([first, second, `${first}-c`])
    }),

    scenario('settings are described and changed, one at a time', async (at) => {
      await using admin = at.admin()
      const name = await at.topic('configs', 1, { config: { 'retention.ms': '999' } })
      const resource = { type: 'TOPIC', name } as const
      const retention = async (): Promise<string | null | undefined> =>
        (await admin.describeConfigs([resource])).get(resource)?.get('retention.ms')?.value
      assert.equal(await retention(), '999')
      await at.where('single changes of settings', async () =>
        admin.incrementalAlterConfigs([{ ...resource, ops: [{ op: 'set', name: 'retention.ms', value: '777' }] }]),
      )
      if (!at.has('single changes of settings')) return
      // A broker hears of the change a moment after the controller.
      await until(at, 'the setting is 777', async () => (await retention()) === '777')
      await admin.incrementalAlterConfigs([{ ...resource, ops: [{ op: 'delete', name: 'retention.ms' }] }])
      await until(at, 'the setting is the default', async () => (await retention()) === '604800000')
      await assert.rejects(
        async () => admin.incrementalAlterConfigs([{ ...resource, ops: [{ op: 'set', name: 'retention.ms', value: 'long' }] }]),
        // A broker with ZooKeeper had the other code for it.
        (error: unknown) => error instanceof KafkaError && ['INVALID_CONFIG', 'INVALID_REQUEST'].includes(error.code),
      )
    }),

    scenario('the cluster is described', async (at) => {
      await using admin = at.admin()
      const { brokers, controller, clusterId } = await admin.describeCluster()
      assert.ok(brokers.length > 0)
      assert.ok(controller !== undefined)
      assert.equal(typeof clusterId, 'string')
    }),

    scenario('offsets are listed and records deleted', async (at) => {
      await using admin = at.admin()
      const topic = await at.topic('offsets', 2)
      await fill(at, topic, 10)
      const places = partitionsOf(topic, 2)
      const latest = await admin.listOffsets(places.map((place) => ({ ...place, at: 'latest' as const })))
      assert.deepEqual(
        places.map((place) => latest.get(place)?.offset),
        [10, 0],
      )
      const deleted = await admin.deleteRecords([{ topic, partition: 0, beforeOffset: 4 }])
      assert.equal(deleted.get({ topic, partition: 0 })?.lowWatermark, 4)
      const earliest = await admin.listOffsets(places.map((place) => ({ ...place, at: 'earliest' as const })))
      assert.deepEqual(
        places.map((place) => earliest.get(place)?.offset),
        [4, 0],
      )
      await assert.rejects(async () => admin.deleteRecords([{ topic, partition: 0, beforeOffset: 99 }]), { code: 'OFFSET_OUT_OF_RANGE' })
    }),

    scenario('groups are listed, described, their offsets read, altered and deleted, and they themselves', async (at) => {
      await using admin = at.admin()
      const topic = await at.topic('groups')
      await fill(at, topic, 10)
      const groupId = at.name('group')
      const place = { topic, partition: 0 }
      {
        await using consumer = at.member(groupId, { clientId: 'described' })
        consumer.subscribe([topic])
        await take(at, consumer, 5)
        await consumer.commit([{ ...place, offset: 5 }])
        const description = (await admin.describeConsumerGroups([groupId])).get(groupId)
        assert.equal(description?.members[0]?.clientId, 'described')
        assert.ok((await admin.listGroups()).groups.some((group) => group.groupId === groupId))
        await assert.rejects(async () => admin.deleteConsumerGroups([groupId]), { code: 'NON_EMPTY_GROUP' })
        await assert.rejects(async () => admin.alterConsumerGroupOffsets(groupId, [{ ...place, offset: 1 }]), KafkaError)
      }
      await admin.alterConsumerGroupOffsets(groupId, [{ ...place, offset: 2, metadata: 'altered' }])
      await using again = at.member(groupId)
      assert.deepEqual(
        (await again.committed([place])).map((found) => [found?.offset, found?.metadata]),
        [[2, 'altered']],
      )
      await at.where('deletion of single offsets', async () => {
        await admin.deleteConsumerGroupOffsets(groupId, [place])
        assert.deepEqual(await again.committed([place]), [undefined])
      })
      // Brokers before 3.0 forget a group with its last offset.
      await admin.alterConsumerGroupOffsets(groupId, [{ ...place, offset: 3 }])
      await admin.deleteConsumerGroups([groupId])
      await assert.rejects(async () => admin.deleteConsumerGroups([groupId]), { code: 'GROUP_ID_NOT_FOUND' })
    }),

    scenario(
      'members are put out of a group',
      async (at) => {
        await using admin = at.admin()
        const topic = await at.topic('removed')
        const groupId = at.name('group')
        const member = at.member(groupId, { groupInstanceId: 'static' })
        member.subscribe([topic])
        await fill(at, topic, 1)
        await take(at, member, 1)
        await member.close()
        assert.equal((await admin.describeConsumerGroups([groupId])).get(groupId)?.members.length, 1)
        await admin.removeMembersFromConsumerGroup(groupId, 'all')
        assert.equal((await admin.describeConsumerGroups([groupId])).get(groupId)?.members.length, 0)
      },
      'static members',
    ),

    scenario('many operations at once share a few connections', async (at) => {
      await using admin = at.admin()
      const topic = await at.topic('many', 3)
      const all = await Promise.all(range(50).map(async () => admin.describeTopics([topic])))
      assert.ok(all.every((described) => described.get(topic)?.partitions.length === 3))
    }),
  ],
}
