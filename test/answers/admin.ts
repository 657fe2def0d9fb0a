import { setTimeout as sleep } from 'node:timers/promises'
import {
  AlterConfigs,
  CreatePartitions,
  CreateTopics,
  DeleteTopics,
  DescribeCluster,
  DescribeConfigs,
  DescribeTopicPartitions,
  ElectLeaders,
  IncrementalAlterConfigs,
  ListConfigResources,
  ListPartitionReassignments,
  Metadata,
  UpdateFeatures,
} from '@odradek/protocol/messages'
import type { Api } from '@odradek/protocol/schema'
import { noId } from '../traps/kit.ts'
import type { Asked } from './asked.ts'

/**
 * What an administrator can ask of topics, settings and the cluster, rightly and wrongly, in every version.
 * Of one node: nothing here needs a second broker.
 */
export async function askAdmin(asked: Asked): Promise<void> {
  const { clusterId } = await asked.client.call(DescribeCluster, { includeClusterAuthorizedOperations: false })
  asked.stands(clusterId, 'CLUSTER-ID')
  await askToCreate(asked)
  await askForMetadata(asked)
  await askForPages(asked)
  await askForMorePartitions(asked)
  await askToAlter(asked)
  await askToReplace(asked)
  await askAboutSettings(asked)
  await askForElections(asked)
  await askAboutCluster(asked)
  await askToDelete(asked)
}

const versionsOf = ({ versions: [first, last] }: Pick<Api, 'versions'>): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i)

const topic = (
  name: string,
  more: object = {},
): { name: string; numPartitions: number; replicationFactor: number; assignments: []; configs: [] } => ({
  name,
  numPartitions: 1,
  replicationFactor: 1,
  assignments: [],
  configs: [],
  ...more,
})
const assigned = (...assignments: readonly (readonly [number, readonly number[]])[]): object => ({
  numPartitions: -1,
  replicationFactor: -1,
  assignments: assignments.map(([partitionIndex, brokerIds]) => ({ partitionIndex, brokerIds })),
})
const configs = (values: Readonly<Record<string, string | null>>): object => ({
  configs: Object.entries(values).map(([name, value]) => ({ name, value })),
})

async function askToCreate(asked: Asked): Promise<void> {
  for (const version of versionsOf(CreateTopics)) {
    const name = asked.name('made')
    const create = (...topics: readonly ReturnType<typeof topic>[]): Promise<unknown> =>
      asked.ask(CreateTopics, { topics, timeoutMs: 30_000 }, version)
    await asked.ask(CreateTopics, { topics: [topic(name)], timeoutMs: 30_000, validateOnly: true }, version)
    await create(topic(name, configs({ 'retention.ms': '86400000', 'cleanup.policy': 'compact' })))
    await create(topic(name))
    await create(topic(asked.name('twice')), topic(asked.name('good')))
    const twice = asked.name('same')
    await create(topic(twice), topic(twice))
    for (const wrong of ['', '.', '..', 'a/b', 'ü', 'x'.repeat(250), '__cluster_metadata']) await create(topic(wrong))
    const dotted = asked.name('dotted.name')
    await create(topic(dotted))
    asked.stands(dotted.replaceAll('.', '_'), 'DOTTED_NAME')
    await create(topic(dotted.replaceAll('.', '_')))
    for (const numPartitions of [0, -2]) await create(topic(asked.name('count'), { numPartitions }))
    for (const replicationFactor of [0, -2, 2]) await create(topic(asked.name('factor'), { replicationFactor }))
    if (version >= 4) await create(topic(asked.name('defaults'), { numPartitions: -1, replicationFactor: -1 }))
    await create(topic(asked.name('huge'), { numPartitions: 10_001 }), topic(asked.name('small')))
    const wrongConfigs: readonly Readonly<Record<string, string | null>>[] = [
      { 'no.such.setting': '1' },
      { 'retention.ms': 'x' },
      { 'retention.ms': '-2' },
      { 'retention.ms': null, 'segment.bytes': null },
      { 'retention.ms': '' },
      { 'cleanup.policy': 'shred' },
      { 'cleanup.policy': '' },
      { 'compression.type': 'bzip2' },
      { 'min.insync.replicas': '0' },
      { 'segment.bytes': '10' },
      { 'min.cleanable.dirty.ratio': '2' },
      { 'min.compaction.lag.ms': '10', 'max.compaction.lag.ms': '5' },
      { 'unclean.leader.election.enable': 'maybe' },
      { 'remote.storage.enable': 'true' },
      { 'leader.replication.throttled.replicas': 'x' },
      { 'flush.ms': '9223372036854775808' },
    ]
    for (const wrong of wrongConfigs) await create(topic(asked.name('config'), configs(wrong)))
    await create(topic(asked.name('assigned'), assigned([0, [1]], [1, [1]])))
    await create(topic(asked.name('gap'), assigned([1, [1]])))
    await create(topic(asked.name('again'), assigned([0, [1]], [0, [1]])))
    await create(topic(asked.name('nobody'), assigned([0, []])))
    await create(topic(asked.name('stranger'), assigned([0, [9]])))
    await create(topic(asked.name('same'), assigned([0, [1, 1]])))
    await create(topic(asked.name('both'), { ...assigned([0, [1]]), numPartitions: 1 }))
    await create(topic(asked.name('both'), { ...assigned([0, [1]]), replicationFactor: 1 }))
    await create()
  }
}

async function make(asked: Asked, what: string, more: object = {}): Promise<{ readonly name: string; readonly id: string }> {
  const name = asked.name(what)
  const { topics } = await asked.client.call(CreateTopics, { topics: [topic(name, more)], timeoutMs: 30_000 })
  const id = topics[0]?.topicId ?? ''
  asked.stands(id, `ID OF ${what.toUpperCase()}`)
  await settled()
  return { name, id }
}

/** Kafka answers a change when its controller has it, and its brokers show it a little later. */
const settled = (): Promise<void> => sleep(afterChangeMs)
const afterChangeMs = process.env['BOOTSTRAP'] === undefined ? 0 : 300

async function askForMetadata(asked: Asked): Promise<void> {
  const { name, id } = await make(asked, 'described', { numPartitions: 2 })
  const absent = asked.name('absent')
  for (const version of versionsOf(Metadata)) {
    const about = (topics: readonly { name: string | null; topicId: string }[] | null, more: object = {}): Promise<unknown> =>
      asked.ask(Metadata, { topics, allowAutoTopicCreation: false, includeTopicAuthorizedOperations: false, ...more }, version)
    await about([{ name, topicId: noId }])
    await about([{ name, topicId: noId }], { includeTopicAuthorizedOperations: true, includeClusterAuthorizedOperations: true })
    if (version >= 1) await about([])
    if (version < 4) continue
    await about([
      { name, topicId: noId },
      { name: absent, topicId: noId },
      { name: 'a/b', topicId: noId },
      { name, topicId: noId },
    ])
    await about([
      { name: '__consumer_offsets', topicId: noId },
      { name: '', topicId: noId },
    ])
    if (version < 10) continue
    await about([{ name: null, topicId: id }])
    await about([{ name: null, topicId: 'AAAAAAAAAAAAAAAAAAAABA' }])
    await about([{ name: absent, topicId: id }])
    await about([{ name: null, topicId: noId }])
    await about([
      { name: null, topicId: 'AAAAAAAAAAAAAAAAAAAABA' },
      { name: null, topicId: id },
    ])
  }
}

async function askForPages(asked: Asked): Promise<void> {
  const [a, b] = [await make(asked, 'a', { numPartitions: 3 }), await make(asked, 'b', { numPartitions: 2 })]
  const absent = asked.name('aa')
  const names = [b.name, a.name, absent, b.name].map((each) => ({ name: each }))
  const ask = (
    topics: readonly { name: string }[],
    responsePartitionLimit: number,
    cursor: { topicName: string; partitionIndex: number } | null = null,
  ): Promise<unknown> => asked.ask(DescribeTopicPartitions, { topics, responsePartitionLimit, cursor }, 0)
  for (const limit of [2000, 5, 4, 3, 1, 0, -1]) await ask(names, limit)
  await ask(names, 2, { topicName: a.name, partitionIndex: 1 })
  await ask(names, 2, { topicName: a.name, partitionIndex: 3 })
  await ask(names, 2, { topicName: b.name, partitionIndex: 0 })
  await ask(names, 2, { topicName: absent, partitionIndex: 0 })
  await ask([{ name: a.name }], 2, { topicName: b.name, partitionIndex: 0 })
  await ask(names, 2, { topicName: a.name, partitionIndex: -1 })
  await ask([{ name: 'a/b' }, { name: '' }, { name: '__transaction_state' }], 10)
}

async function askForMorePartitions(asked: Asked): Promise<void> {
  for (const version of versionsOf(CreatePartitions)) {
    const { name } = await make(asked, 'growing', { numPartitions: 2 })
    const grow = (count: number, brokerIds: readonly (readonly number[])[] | null = null, more: object = {}): Promise<unknown> =>
      asked.ask(
        CreatePartitions,
        {
          topics: [{ name, count, assignments: brokerIds === null ? null : brokerIds.map((ids) => ({ brokerIds: ids })) }],
          timeoutMs: 30_000,
          validateOnly: false,
          ...more,
        },
        version,
      )
    for (const count of [2, 1, 0, -1]) await grow(count)
    await grow(3, null, { validateOnly: true })
    await grow(3)
    await grow(4, [[1], [1]])
    await grow(5, [[1]])
    await grow(4, [[1, 2]])
    await grow(4, [[9]])
    await grow(4, [[]])
    await grow(4, [[1, 1]])
    await grow(4, [[1]])
    const absent = asked.name('absent')
    const each = { name, count: 5, assignments: null }
    await asked.ask(CreatePartitions, { topics: [each, each, { ...each, name: absent }], timeoutMs: 30_000, validateOnly: false }, version)
    await asked.ask(CreatePartitions, { topics: [], timeoutMs: 30_000, validateOnly: false }, version)
  }
}

const [set, del, append, subtract] = [0, 1, 2, 3] as const
const brokerType = 4
const topicType = 2

async function askToAlter(asked: Asked): Promise<void> {
  for (const version of versionsOf(IncrementalAlterConfigs)) {
    const { name } = await make(asked, 'altered')
    const alter = async (
      resourceType: number,
      resourceName: string,
      ...changes: readonly (readonly [string, number, string | null])[]
    ): Promise<void> => {
      const alterable = changes.map(([key, configOperation, value]) => ({ name: key, configOperation, value }))
      await asked.ask(
        IncrementalAlterConfigs,
        { resources: [{ resourceType, resourceName, configs: alterable }], validateOnly: false },
        version,
      )
    }
    const isSet = async (...configurationKeys: readonly string[]): Promise<void> => {
      await settled()
      await asked.ask(
        DescribeConfigs,
        { resources: [{ resourceType: topicType, resourceName: name, configurationKeys }], includeSynonyms: true },
        4,
      )
    }
    await alter(topicType, name, ['retention.ms', set, '1000'], ['cleanup.policy', append, 'compact'])
    await isSet('retention.ms', 'cleanup.policy')
    await alter(topicType, name, ['cleanup.policy', append, 'compact,delete'])
    await isSet('cleanup.policy')
    await alter(topicType, name, ['cleanup.policy', subtract, 'delete'])
    await isSet('cleanup.policy')
    await alter(topicType, name, ['cleanup.policy', subtract, 'compact'])
    await isSet('cleanup.policy')
    await alter(topicType, name, ['retention.ms', del, null], ['segment.ms', del, 'x'])
    await isSet('retention.ms')
    await alter(topicType, name, ['no.such', del, null])
    await alter(topicType, name, ['no.such', set, '1'])
    await alter(topicType, name, ['retention.ms', set, 'x'])
    await alter(topicType, name, ['retention.ms', set, null], ['segment.ms', append, null])
    await alter(topicType, name, ['retention.ms', append, '1'])
    await alter(topicType, name, ['retention.ms', subtract, '1'])
    await alter(topicType, name, ['no.such', append, '1'])
    await alter(topicType, name, ['retention.ms', 9, '1'])
    await alter(topicType, name, ['retention.ms', set, '1'], ['retention.ms', del, null])
    await alter(topicType, asked.name('absent'), ['retention.ms', set, '1'])
    await alter(topicType, '', ['retention.ms', set, '1'])
    await alter(topicType, 'a/b', ['retention.ms', set, '1'])
    await alter(topicType, name)
    for (const resourceType of [0, 1, 3, 99]) await alter(resourceType, name, ['retention.ms', set, '1'])
    const each = { resourceType: topicType, resourceName: name, configs: [{ name: 'retention.ms', configOperation: set, value: '5' }] }
    await asked.ask(
      IncrementalAlterConfigs,
      { resources: [each, { ...each, resourceName: asked.name('other') }, each], validateOnly: false },
      version,
    )
    await asked.ask(IncrementalAlterConfigs, { resources: [each], validateOnly: true }, version)
    await asked.ask(IncrementalAlterConfigs, { resources: [], validateOnly: true }, version)

    for (const broker of ['1', '']) {
      await alter(brokerType, broker, ['log.retention.ms', set, '123456'])
      await settled()
      await asked.ask(
        DescribeConfigs,
        { resources: [{ resourceType: brokerType, resourceName: broker, configurationKeys: ['log.retention.ms'] }], includeSynonyms: true },
        4,
      )
      await asked.ask(
        DescribeConfigs,
        { resources: [{ resourceType: topicType, resourceName: name, configurationKeys: ['retention.ms'] }], includeSynonyms: true },
        4,
      )
      await alter(brokerType, broker, ['node.id', set, '5'])
      await alter(brokerType, broker, ['log.retention.ms', set, 'x'])
      await alter(brokerType, broker, ['no.such', set, 'x'], ['no.such', del, null])
      await alter(brokerType, broker, ['log.cleaner.threads', append, '2'])
      await alter(brokerType, broker, ['log.cleanup.policy', append, 'compact'])
      await settled()
      await asked.ask(
        DescribeConfigs,
        {
          resources: [{ resourceType: brokerType, resourceName: broker, configurationKeys: ['log.cleanup.policy'] }],
          includeSynonyms: true,
        },
        4,
      )
      await alter(brokerType, broker, ['log.retention.ms', del, null], ['log.cleanup.policy', del, null])
      await settled()
    }
    await alter(brokerType, '9', ['log.retention.ms', set, '1'])
    await alter(brokerType, 'x', ['log.retention.ms', set, '1'])
    await alter(brokerType, '', ['listeners', set, 'PLAINTEXT://:1'])
    await alter(8, '1', ['root', del, null])
    await alter(8, '1', ['no.such.logger', set, 'INFO'])
    await alter(8, '1', ['root', set, 'LOUD'])
    await alter(8, '1', ['root', append, 'INFO'])
    await alter(8, '9', ['root', set, 'INFO'])
    await alter(8, 'x', ['root', set, 'INFO'])
    await alter(8, '1', ['root', set, 'WARN'])
    await asked.ask(
      DescribeConfigs,
      { resources: [{ resourceType: 8, resourceName: '1', configurationKeys: ['root'] }], includeSynonyms: true },
      4,
    )
    await alter(16, 'metrics', ['interval.ms', set, '60000'])
    await alter(16, 'metrics', ['interval.ms', set, '5'])
    await alter(16, 'metrics', ['no.such', set, '5'])
    await alter(16, '', ['interval.ms', set, '60000'])
    const group = asked.name('group')
    await alter(32, group, ['consumer.session.timeout.ms', set, '50000'])
    await alter(32, group, ['consumer.session.timeout.ms', set, '5'])
    await alter(32, group, ['no.such', set, '5'])
    await alter(32, '', ['consumer.session.timeout.ms', set, '50000'])
    await settled()
    await asked.ask(ListConfigResources, { resourceTypes: [16] }, 1)
    await alter(16, 'metrics', ['interval.ms', del, null])
    await alter(32, group, ['consumer.session.timeout.ms', del, null])
  }
}

async function askToReplace(asked: Asked): Promise<void> {
  for (const version of versionsOf(AlterConfigs)) {
    const { name } = await make(asked, 'replaced', configs({ 'retention.ms': '5', 'segment.ms': '7' }))
    const replace = async (resourceType: number, resourceName: string, values: Readonly<Record<string, string | null>>): Promise<void> => {
      const entries = Object.entries(values).map(([key, value]) => ({ name: key, value }))
      await asked.ask(AlterConfigs, { resources: [{ resourceType, resourceName, configs: entries }], validateOnly: false }, version)
    }
    await replace(topicType, name, { 'retention.ms': '9' })
    await settled()
    const keys = { resourceType: topicType, resourceName: name, configurationKeys: ['retention.ms', 'segment.ms'] }
    await asked.ask(DescribeConfigs, { resources: [keys], includeSynonyms: true }, 4)
    await replace(topicType, name, { 'retention.ms': null })
    await replace(topicType, name, { 'no.such': '1' })
    await replace(topicType, name, { 'retention.ms': 'x' })
    await replace(topicType, asked.name('absent'), { 'retention.ms': '9' })
    await replace(topicType, name, {})
    await replace(8, '1', { root: 'INFO' })
    await replace(99, '1', {})
    await replace(brokerType, '9', {})
    await replace(brokerType, '1', { 'node.id': '5' })
    await replace(brokerType, '1', { 'log.retention.ms': '77' })
    await replace(brokerType, '1', {})
  }
}

async function askAboutSettings(asked: Asked): Promise<void> {
  const { name } = await make(asked, 'settled', configs({ 'retention.ms': '5' }))
  for (const version of versionsOf(DescribeConfigs)) {
    const about = async (
      resourceType: number,
      resourceName: string,
      configurationKeys: readonly string[] | null,
      more: object = {},
    ): Promise<void> => {
      await asked.ask(DescribeConfigs, { resources: [{ resourceType, resourceName, configurationKeys }], ...more }, version)
    }
    await about(topicType, name, null)
    await about(topicType, name, [])
    await about(topicType, name, ['retention.ms', 'no.such', 'flush.ms'], { includeSynonyms: true })
    await about(topicType, asked.name('absent'), null)
    await about(topicType, 'a/b', null)
    await about(brokerType, '1', ['log.retention.ms', 'log.retention.hours', 'num.partitions', 'ssl.key.password', 'no.such'], {
      includeSynonyms: true,
    })
    await about(brokerType, '', null)
    await about(brokerType, '9', null)
    await about(brokerType, 'x', null)
    await about(8, '', null)
    await about(8, '9', null)
    await about(16, '', null)
    await about(16, 'unset', null, { includeSynonyms: true })
    await about(32, '', null)
    await about(32, 'unset', null, { includeSynonyms: true })
    await asked.ask(DescribeConfigs, { resources: [] }, version)
  }
}

async function askForElections(asked: Asked): Promise<void> {
  const { name } = await make(asked, 'led')
  for (const version of versionsOf(ElectLeaders)) {
    for (const electionType of version === 0 ? [0] : [0, 1, 2]) {
      const topicPartitions = [
        { topic: name, partitions: [0, 5] },
        { topic: asked.name('absent'), partitions: [0] },
      ]
      await asked.ask(ElectLeaders, { electionType, topicPartitions, timeoutMs: 30_000 }, version)
      await asked.ask(ElectLeaders, { electionType, topicPartitions: [], timeoutMs: 30_000 }, version)
    }
  }
  await asked.ask(ListPartitionReassignments, { topics: null, timeoutMs: 30_000 }, 0)
  await asked.ask(ListPartitionReassignments, { topics: [{ name, partitionIndexes: [0, 7] }], timeoutMs: 30_000 }, 0)
}

async function askAboutCluster(asked: Asked): Promise<void> {
  for (const version of versionsOf(DescribeCluster)) {
    await asked.ask(DescribeCluster, { includeClusterAuthorizedOperations: false }, version)
    await asked.ask(DescribeCluster, { includeClusterAuthorizedOperations: true, includeFencedBrokers: true }, version)
    if (version > 0)
      for (const endpointType of [2, 9])
        await asked.ask(DescribeCluster, { includeClusterAuthorizedOperations: false, endpointType }, version)
  }
  for (const version of versionsOf(ListConfigResources)) {
    for (const resourceTypes of version === 0 ? [[]] : [[16], [4], [8], [32], [3], [4, 8]])
      await asked.ask(ListConfigResources, { resourceTypes }, version)
  }
  for (const version of versionsOf(UpdateFeatures)) {
    const update = (feature: string, maxVersionLevel: number, upgradeType: number, validateOnly = false): Promise<unknown> =>
      asked.ask(
        UpdateFeatures,
        { featureUpdates: [{ feature, maxVersionLevel, upgradeType, allowDowngrade: upgradeType === 2 }], timeoutMs: 30_000, validateOnly },
        version,
      )
    await update('no.such', 1, 1)
    await update('metadata.version', 99, 1)
    await update('metadata.version', -1, 1)
    await update('metadata.version', 30, 1, true)
    await asked.ask(UpdateFeatures, { featureUpdates: [], timeoutMs: 30_000 }, version)
  }
}

async function askToDelete(asked: Asked): Promise<void> {
  for (const version of versionsOf(DeleteTopics)) {
    const [a, b] = [await make(asked, 'gone'), await make(asked, 'lost')]
    const absent = asked.name('absent')
    if (version < 6) {
      const remove = (...topicNames: readonly string[]): Promise<unknown> =>
        asked.ask(DeleteTopics, { topicNames, timeoutMs: 30_000 }, version)
      await remove(a.name, a.name)
      await remove(absent)
      await remove('a/b')
      await remove(a.name)
      await remove(a.name)
      await remove()
      continue
    }
    const remove = (...topics: readonly { name: string | null; topicId: string }[]): Promise<unknown> =>
      asked.ask(DeleteTopics, { topics, topicNames: [], timeoutMs: 30_000 }, version)
    const named = (name: string): { name: string; topicId: string } => ({ name, topicId: noId })
    const identified = (topicId: string): { name: null; topicId: string } => ({ name: null, topicId })
    await remove(named(a.name), named(a.name))
    await remove(identified(a.id), identified(a.id))
    await remove(named(a.name), identified(a.id))
    await remove({ name: a.name, topicId: a.id })
    await remove({ name: null, topicId: noId })
    await remove(named(absent))
    await remove(identified('AAAAAAAAAAAAAAAAAAAABA'))
    await remove(named(a.name))
    await remove(identified(b.id))
    await remove(identified(b.id))
  }
}
