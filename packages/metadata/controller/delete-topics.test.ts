import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ZERO_UUID } from '@odradek/common/bytes'
import { deleteTopics } from './delete-topics.ts'
import type { DeletedTopic, TopicReference } from './delete-topics.ts'
import { TestCluster } from './test-cluster.ts'

const byName = (name: string): TopicReference => ({ name, topicId: ZERO_UUID })
const byId = (topicId: string): TopicReference => ({ name: null, topicId })
const remove = (cluster: TestCluster, ...topics: readonly TopicReference[]): readonly DeletedTopic[] =>
  cluster.decide((context) => deleteTopics(context, topics))
const brief = (results: readonly DeletedTopic[]): unknown => results.map(({ name, topicId, error }) => [name, topicId, error])

test('a topic goes with its partitions, its name and its settings', () => {
  const cluster = new TestCluster()
  const { id } = cluster.addTopic('t', [[1], [1]])
  cluster.apply([{ key: '/config/topic/t', value: { 'retention.ms': '1' } }])
  assert.deepEqual(brief(remove(cluster, byName('t'))), [['t', id, 'NONE']])
  assert.deepEqual([cluster.image.topics.size, cluster.image.topics.partitionCount], [0, 0])
  assert.equal(cluster.image.configs.of('topic', 't').size, 0)
  cluster.addTopic('t', [[1]])
  assert.equal(cluster.topic('t').partitions.length, 1)
})

test('topics are deleted by id as well; wrong references are answered each by itself', () => {
  const cluster = new TestCluster()
  for (const name of ['a', 'b', 'c']) cluster.addTopic(name, [[1]])
  const results = remove(
    cluster,
    byId('id-of-a'),
    byName('none'),
    byId('other'),
    { name: null, topicId: ZERO_UUID },
    { name: 'b', topicId: 'id-of-b' },
    byName('c'),
  )
  assert.deepEqual(brief(results), [
    ['a', 'id-of-a', 'NONE'],
    ['none', ZERO_UUID, 'UNKNOWN_TOPIC_OR_PARTITION'],
    [null, 'other', 'UNKNOWN_TOPIC_ID'],
    [null, ZERO_UUID, 'INVALID_REQUEST'],
    ['b', 'id-of-b', 'INVALID_REQUEST'],
    ['c', 'id-of-c', 'NONE'],
  ])
  assert.deepEqual(
    cluster.image.topics.all().map(({ name }) => name),
    ['b'],
  )
})

test('what is named twice, in one way or in both, is answered once and not deleted', () => {
  const cluster = new TestCluster()
  for (const name of ['a', 'b', 'c']) cluster.addTopic(name, [[1]])
  const results = remove(cluster, byName('a'), byName('a'), byId('id-of-b'), byId('id-of-b'), byName('c'), byId('id-of-c'))
  assert.deepEqual(brief(results), [
    ['a', ZERO_UUID, 'INVALID_REQUEST'],
    [null, 'id-of-b', 'INVALID_REQUEST'],
    ['c', 'id-of-c', 'INVALID_REQUEST'],
  ])
  assert.equal(cluster.image.topics.size, 3)
})

test('nothing is deleted where delete.topic.enable is false', () => {
  const cluster = new TestCluster({ settings: { deleteTopicEnable: false } })
  cluster.addTopic('a', [[1]])
  assert.deepEqual(brief(remove(cluster, byName('a'))), [['a', ZERO_UUID, 'TOPIC_DELETION_DISABLED']])
  assert.equal(cluster.image.topics.size, 1)
})
