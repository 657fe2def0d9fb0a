import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { errorName } from '@odradek/protocol'
import {
  CreatePartitions,
  CreateTopics,
  DeleteGroups,
  DeleteTopics,
  DescribeConfigs,
  DescribeGroups,
  IncrementalAlterConfigs,
  Metadata,
} from '@odradek/protocol/messages'
import { findCoordinator, makeTopic, unique } from './kit.ts'
import { target } from './target.ts'

const broker = await target()
after(() => broker.close())

const topicResource = 2

/** Of Kafka 4.3. */
const topicSettings = `
  cleanup.policy compression.gzip.level compression.lz4.level compression.type compression.zstd.level delete.retention.ms
  file.delete.delay.ms flush.messages flush.ms follower.replication.throttled.replicas index.interval.bytes
  leader.replication.throttled.replicas local.retention.bytes local.retention.ms max.compaction.lag.ms max.message.bytes
  message.timestamp.after.max.ms message.timestamp.before.max.ms message.timestamp.type min.cleanable.dirty.ratio
  min.compaction.lag.ms min.insync.replicas preallocate remote.log.copy.disable remote.log.delete.on.disable
  remote.storage.enable retention.bytes retention.ms segment.bytes segment.index.bytes segment.jitter.ms segment.ms
  unclean.leader.election.enable
`
  .trim()
  .split(/\s+/)

describe('traps of administration', () => {
  test('only some topics are answered: one good and one bad give two results, in every admin API', async () => {
    await using client = await broker.connect()
    const [good, bad] = [unique('good'), 'bad name!']
    const byName = (results: readonly { readonly name: string | null; readonly errorCode: number }[]) =>
      Object.fromEntries(results.map(({ name, errorCode }) => [name ?? '', errorName(errorCode)]))

    const topic = (name: string) => ({ name, numPartitions: 1, replicationFactor: 1 })
    const created = await client.call(CreateTopics, { topics: [topic(good), topic(bad)] }, 7)
    assert.deepEqual(byName(created.topics), { [good]: 'NONE', [bad]: 'INVALID_TOPIC_EXCEPTION' })

    const more = await client.call(
      CreatePartitions,
      {
        topics: [
          { name: good, count: 3, assignments: null },
          { name: unique('missing'), count: 3, assignments: null },
        ],
        timeoutMs: 5000,
        validateOnly: false,
      },
      3,
    )
    assert.deepEqual(more.results.map(({ errorCode }) => errorName(errorCode)).toSorted(), ['NONE', 'UNKNOWN_TOPIC_OR_PARTITION'])

    const described = await client.call(
      DescribeConfigs,
      {
        resources: [
          { resourceType: topicResource, resourceName: good, configurationKeys: ['retention.ms'] },
          { resourceType: topicResource, resourceName: unique('missing'), configurationKeys: ['retention.ms'] },
        ],
      },
      4,
    )
    assert.deepEqual(described.results.map(({ errorCode }) => errorName(errorCode)).toSorted(), ['NONE', 'UNKNOWN_TOPIC_OR_PARTITION'])

    const set = (resourceName: string, value: string) => ({
      resourceType: topicResource,
      resourceName,
      configs: [{ name: 'retention.ms', configOperation: 0, value }],
    })
    const altered = await client.call(
      IncrementalAlterConfigs,
      { resources: [set(good, '1000'), set(unique('missing'), '1000')], validateOnly: false },
      1,
    )
    assert.deepEqual(altered.responses.map(({ errorCode }) => errorName(errorCode)).toSorted(), ['NONE', 'UNKNOWN_TOPIC_OR_PARTITION'])
    const wrong = await client.call(IncrementalAlterConfigs, { resources: [set(good, 'long')], validateOnly: false }, 1)
    assert.equal(errorName(wrong.responses[0]?.errorCode ?? -1), 'INVALID_CONFIG')

    const groups = [unique('group'), unique('group')]
    await findCoordinator(client, groups[0] ?? '')
    assert.equal((await client.call(DescribeGroups, { groups }, 5)).groups.length, 2)
    const deletedGroups = await client.call(DeleteGroups, { groupsNames: groups }, 2)
    assert.deepEqual(
      deletedGroups.results.map(({ errorCode }) => errorName(errorCode)),
      ['GROUP_ID_NOT_FOUND', 'GROUP_ID_NOT_FOUND'],
    )

    const missing = unique('missing')
    const deleted = await client.call(DeleteTopics, { topics: [{ name: good }, { name: missing }], timeoutMs: 5000 }, 6)
    assert.deepEqual(byName(deleted.responses), { [good]: 'NONE', [missing]: 'UNKNOWN_TOPIC_OR_PARTITION' })
  })

  test('DescribeConfigs leaves settings out, or rounds 2^63 − 1: all names of Kafka are there, with exact digits', async (context) => {
    await using client = await broker.connect()
    const { name } = await makeTopic(client)
    const ask = async (resourceType: number, resourceName: string) => {
      const resources = [{ resourceType, resourceName, configurationKeys: null }]
      const { results } = await client.call(DescribeConfigs, { resources, includeSynonyms: true, includeDocumentation: true }, 4)
      return new Map(results[0]?.configs.map((config) => [config.name, config]))
    }
    const topic = await ask(topicResource, name)
    assert.deepEqual(
      topicSettings.filter((setting) => !topic.has(setting)),
      [],
      'missing settings',
    )
    context.diagnostic(`more than Kafka 4.3: ${[...topic.keys()].filter((setting) => !topicSettings.includes(setting)).join()}`)
    assert.equal(topic.get('flush.ms')?.value, '9223372036854775807')
    assert.equal(topic.get('max.compaction.lag.ms')?.value, '9223372036854775807')
    assert.equal(topic.get('retention.ms')?.value, '604800000')
    for (const setting of topicSettings) assert((topic.get(setting)?.documentation ?? '') !== '', `${setting} is documented`)
    const [node] = (await client.call(Metadata, { topics: [] }, 9)).brokers
    const settings = await ask(4, String(node?.nodeId))
    assert(settings.size > 200, `${settings.size} settings of the broker`)
    assert.equal(settings.get('log.flush.interval.messages')?.value, '9223372036854775807')
  })
})
