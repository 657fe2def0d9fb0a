import { Kafka, KafkaError } from '@odradek/client'
import type { Admin, TopicPartition } from '@odradek/client'

await using kafka = new Kafka({ bootstrapServers: process.env['BOOTSTRAP'] ?? 'localhost:9092' })
const admin = kafka.admin()
const topic = `parcels-${Date.now()}`
const group = `couriers-${Date.now()}`

// 1. Topics. Each of several things stands or fails alone: awaited, it is all results or the first failure.
await admin.createTopics([{ name: topic, partitions: 3, config: { 'retention.ms': 86_400_000 } }])
try {
  await admin.createTopics([{ name: topic }])
} catch (error) {
  if (!(error instanceof KafkaError && error.code === 'TOPIC_ALREADY_EXISTS')) throw error
  console.log('it is there already, which is as good')
}
// settled() tells of each instead of throwing.
for (const [name, outcome] of await admin.describeTopics([topic, 'no-such-topic']).settled())
  console.log(name === topic ? 'our topic' : name, outcome.ok ? `has ${outcome.value.partitions.length} partitions` : outcome.error.code)

// 2. Settings: one change leaves all others as they are.
const ofTopic = { type: 'TOPIC', name: topic } as const
await admin.incrementalAlterConfigs([{ ...ofTopic, ops: [{ op: 'set', name: 'retention.ms', value: 3_600_000 }] }])
const settings = await admin.describeConfigs([ofTopic]).of(ofTopic)
const retention = settings.get('retention.ms')
console.log(`retention.ms is ${retention?.value}, from ${retention?.source}`)

// Somebody reads half of what is there.
await kafka.producer().sendAll(
  topic,
  Array.from({ length: 30 }, (_, i) => ({ value: `parcel ${i}`, partition: i % 3 })),
)
const consumer = kafka.consumer({ groupId: group, autoOffsetReset: 'earliest', maxPollRecords: 5 })
consumer.subscribe([topic])
const enough = new AbortController()
let seen = 0
for await (const batch of consumer.batches({ signal: enough.signal })) if ((seen += batch.count) >= 15) enough.abort()
await consumer.close()

/** How many records of each partition a group has not read: end of the partition − committed offset. */
async function lagOf(admin: Admin, groupId: string): Promise<ReadonlyMap<TopicPartition, number>> {
  const committed = await admin.listConsumerGroupOffsets([groupId]).of(groupId)
  const ends = await admin.listOffsets([...committed.keys()].map((partition) => ({ ...partition, at: 'latest' as const })))
  return new Map([...ends].map(([partition, end]) => [partition, end.offset - (committed.get(partition)?.offset ?? 0)]))
}

// 3. Groups: who is in it, and how far behind.
const { state, members } = await admin.describeConsumerGroups([group]).of(group)
console.log(`the group is ${state} and has ${members.length} members`)
const lag = [...(await lagOf(admin, group)).values()].reduce((sum, records) => sum + records, 0)
console.log(`${lag} parcels are left`)

// 4. Its offsets, back to the beginning. That goes while the group has no members; stop them first.
const partitions = [0, 1, 2].map((partition) => ({ topic, partition }))
const beginnings = await admin.listOffsets(partitions.map((partition) => ({ ...partition, at: 'earliest' as const })))
await admin.alterConsumerGroupOffsets(group, [...beginnings.values()])
const again = [...(await lagOf(admin, group)).values()].reduce((sum, records) => sum + records, 0)

await admin.deleteConsumerGroups([group])
await admin.deleteTopics([topic])
console.log(`from the beginning again: ${again} parcels are left`)
