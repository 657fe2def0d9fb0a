import { base, fails, kafka, name, print, topicWith } from '../stage.mjs'

const topic = await topicWith('t', 10, 2)
const groupId = name('g')
const admin = kafka.admin()
await admin.connect()
const sorted = (entries) => entries.toSorted((a, b) => a.partition - b.partition)
print(sorted(await admin.fetchTopicOffsets(topic)))
print(sorted(await admin.fetchTopicOffsetsByTimestamp(topic, base + 5)))
print(sorted(await admin.fetchTopicOffsetsByTimestamp(topic, base + 1_000_000_000)))
print(sorted(await admin.fetchTopicOffsetsByTimestamp(topic)))
print(await admin.fetchOffsets({ groupId, topics: [topic] }))
await admin.setOffsets({
  groupId,
  topic,
  partitions: [
    { partition: 0, offset: '3' },
    { partition: 1, offset: '1' },
  ],
})
print((await admin.fetchOffsets({ groupId })).map((entry) => ({ ...entry, partitions: sorted(entry.partitions) })))
await admin.resetOffsets({ groupId, topic, earliest: true })
print(
  (await admin.fetchOffsets({ groupId, topics: [topic], resolveOffsets: true })).map((entry) => ({
    ...entry,
    partitions: sorted(entry.partitions),
  })),
)
await admin.resetOffsets({ groupId, topic })
print(
  (await admin.fetchOffsets({ groupId, topics: [topic], resolveOffsets: true })).map((entry) => ({
    ...entry,
    partitions: sorted(entry.partitions),
  })),
)
await admin.deleteTopicRecords({
  topic,
  partitions: [
    { partition: 0, offset: '2' },
    { partition: 1, offset: '-1' },
  ],
})
print(sorted(await admin.fetchTopicOffsets(topic)))
try {
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '99' }] })
} catch (error) {
  // kafkajs says that it has tried often enough, or what the broker said, by the retries that are left.
  print([error, error.cause].some((one) => one?.name === 'KafkaJSDeleteTopicRecordsError'))
}
await fails('no group', () => admin.fetchOffsets({ topics: [topic] }))
await fails('no partitions', () => admin.setOffsets({ groupId, topic, partitions: [] }))
await fails('no topic', () => admin.fetchTopicOffsets(''))
await admin.disconnect()
