import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualTime } from '@odradek/common/time'
import { bootstrapMetadata } from '../cluster/merge-metadata.ts'
import type { ClusterMetadata, TopicMetadata } from '../cluster/metadata.ts'
import { systemEnvironment } from '../system-environment.ts'
import { MissingTopics } from './missing-topics.ts'

const nothing = bootstrapMetadata([])
const missing: ClusterMetadata = { ...nothing, errors: new Map([['ordres', 'UNKNOWN_TOPIC_OR_PARTITION']]) }
const orders: TopicMetadata = { name: 'orders', topicId: '', isInternal: false, partitions: [] }

function watching(allowAutoCreateTopics: boolean) {
  const time = new VirtualTime()
  const said: string[] = []
  const silent = { debug: () => {}, info: () => {}, error: () => {} }
  const environment = {
    ...systemEnvironment(),
    clock: time,
    timer: time,
    logger: { ...silent, warn: (message: string) => void said.push(message) },
  }
  return { time, said, topics: new MissingTopics({ environment, groupId: 'g', allowAutoCreateTopics }) }
}

test('a topic that is not there is warned of once, and again after five minutes, until it is', async () => {
  const { time, said, topics } = watching(false)
  for (let minutes = 0; minutes < 6; minutes++) {
    topics.look(missing, ['ordres'], [])
    await time.advance(60_000)
  }
  assert.equal(said.length, 2)
  assert.match(said[0] ?? '', /topic ordres does not exist.*Create the topic, or check its name/)
  topics.look(nothing, ['ordres'], [])
  topics.look(missing, ['ordres'], [])
  assert.equal(said.length, 3)
})

test('a topic that the broker is about to make is given a moment', async () => {
  const { time, said, topics } = watching(true)
  topics.look(missing, ['ordres'], [])
  await time.advance(100)
  topics.look(nothing, ['ordres'], [])
  topics.look(missing, ['ordres'], [])
  assert.deepEqual(said, [])
  await time.advance(1_000)
  topics.look(missing, ['ordres'], [])
  assert.equal(said.length, 1)
})

test('an assigned partition that its topic has not is warned of', () => {
  const { said, topics } = watching(false)
  topics.look({ ...nothing, topics: new Map([['orders', orders]]) }, ['orders'], [{ topic: 'orders', partition: 7 }])
  assert.match(said.join(), /partition 7 of topic orders, which has 0, does not exist/)
})
