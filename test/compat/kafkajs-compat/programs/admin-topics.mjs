import { fails, kafka, name, print } from '../stage.mjs'

const admin = kafka.admin()
await admin.connect()
print(admin.events)
const topic = name('t')
print(
  await admin.createTopics({
    topics: [{ topic, numPartitions: 2, replicationFactor: 1, configEntries: [{ name: 'cleanup.policy', value: 'delete' }] }],
  }),
)
print(await admin.createTopics({ topics: [{ topic }] }))
print(await admin.createTopics({ validateOnly: true, waitForLeaders: false, topics: [{ topic: name('never') }] }))
await fails('bad factor', () => admin.createTopics({ topics: [{ topic: name('bad'), replicationFactor: 77 }] }))
try {
  await admin.createTopics({ topics: [{ topic: name('bad'), numPartitions: 0 }, { topic }] })
} catch (error) {
  print(
    error.name,
    error.errors?.map(({ name, topic, type }) => [name, topic, type]),
  )
}
await fails('no list', () => admin.createTopics({ topics: 'x' }))
await fails('twice', () => admin.createTopics({ topics: [{ topic: 'a' }, { topic: 'a' }] }))
await fails('bad entries', () => admin.createTopics({ topics: [{ topic: 'a', configEntries: [{ name: 'x', value: 1 }] }] }))
const topics = await admin.listTopics()
print(topics.includes(topic), topics.includes(name('never')))
const metadata = await admin.fetchTopicMetadata({ topics: [topic] })
print(
  metadata.topics.map(({ name, partitions }) => [
    name,
    partitions.map((partition) => Object.keys(partition).toSorted().join()),
    partitions.map(({ partitionId }) => partitionId).toSorted(),
  ]),
)
await fails('metadata of a topic that there is not', () => admin.fetchTopicMetadata({ topics: [name('nowhere')] }))
await admin.createPartitions({ topicPartitions: [{ topic, count: 4 }] })
for (let tries = 0; tries < 50 && (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0].partitions.length < 4; tries++)
  await new Promise((next) => setTimeout(next, 100))
print((await admin.fetchTopicMetadata({ topics: [topic] })).topics[0].partitions.length)
await fails('fewer', () => admin.createPartitions({ topicPartitions: [{ topic, count: 1 }] }))
await fails('none', () => admin.createPartitions({ topicPartitions: [] }))
const { brokers, controller, clusterId } = await admin.describeCluster()
print(brokers.length, Object.keys(brokers[0]), typeof controller, typeof clusterId)
print(await admin.deleteTopics({ topics: [topic] }))
for (let tries = 0; tries < 50 && (await admin.listTopics()).includes(topic); tries++) await new Promise((next) => setTimeout(next, 100))
print((await admin.listTopics()).includes(topic))
await fails('bad names', () => admin.deleteTopics({ topics: [5] }))
await admin.disconnect()
