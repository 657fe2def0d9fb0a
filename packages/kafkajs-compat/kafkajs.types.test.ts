// A program in TypeScript, as it is written for kafkajs, has to compile; most of this is not run.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type {
  Admin,
  Consumer,
  ConsumerGroupJoinEvent,
  EachBatchHandler,
  EachMessageHandler,
  EachMessagePayload,
  GroupDescription,
  KafkaConfig,
  KafkaMessage,
  logCreator,
  LogEntry,
  Logger,
  PartitionerArgs,
  Producer,
  ProducerBatch,
  RecordMetadata,
  RequestEvent,
  SASLOptions,
  Transaction,
} from './index.ts'
import kafkajs, {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  AssignerProtocol,
  CompressionCodecs,
  CompressionTypes,
  ConfigResourceTypes,
  Kafka,
  KafkaJSNumberOfRetriesExceeded,
  KafkaJSProtocolError,
  logLevel,
  PartitionAssigners,
  Partitioners,
  ResourcePatternTypes,
} from './index.ts'

const creator: logCreator =
  (level) =>
  ({ namespace, level: of, label, log: { message, ...extra } }: LogEntry) =>
    console.log(level, namespace, of, label, message, extra)
const sasl: SASLOptions = { mechanism: 'plain', username: 'a', password: 'b' }
const config: KafkaConfig = {
  clientId: 'x',
  brokers: ['a:1'],
  ssl: true,
  sasl,
  logLevel: logLevel.NOTHING,
  logCreator: creator,
  retry: { retries: 3, restartOnFailure: async (error: Error) => error.message === '' },
}
const createPartitioner =
  () =>
  ({ topic, partitionMetadata, message }: PartitionerArgs): number =>
    topic.length + partitionMetadata.length + (message.partition ?? 0)

const eachMessage: EachMessageHandler = async ({ topic, message, heartbeat, pause }: EachMessagePayload) => {
  await heartbeat()
  pause()()
  console.log(topic, message.key?.toString(), message.headers?.['x']?.toString(), message.value?.toString(), message.offset)
}
const eachBatch: EachBatchHandler = async ({ batch, resolveOffset, commitOffsetsIfNecessary, uncommittedOffsets }) => {
  const messages: KafkaMessage[] = batch.messages
  for (const { offset } of messages) resolveOffset(offset)
  await commitOffsetsIfNecessary({ topics: [{ topic: batch.topic, partitions: [{ partition: 0, offset: '1' }] }] })
  uncommittedOffsets().topics.map(({ partitions }) => partitions[0]?.offset)
}

async function producing(producer: Producer): Promise<void> {
  producer.on('producer.network.request', (event: RequestEvent) => console.log(event.payload.apiName))
  const headers = { a: 'b', c: [Buffer.from('x')] }
  const answers: RecordMetadata[] = await producer.send({
    topic: 't',
    acks: -1,
    compression: CompressionTypes.GZIP,
    messages: [{ key: 'k', value: 'v', headers, timestamp: '5' }],
  })
  const batch: ProducerBatch = { topicMessages: [{ topic: 't', messages: [{ value: null }] }] }
  await producer.sendBatch(batch)
  const transaction: Transaction = await producer.transaction()
  await transaction.sendOffsets({ consumerGroupId: 'g', topics: [] })
  await transaction.commit()
  console.log(transaction.isActive(), answers[0]?.baseOffset)
}

async function consuming(consumer: Consumer): Promise<void> {
  const remove = consumer.on(consumer.events.GROUP_JOIN, ({ payload }: ConsumerGroupJoinEvent) => console.log(payload.memberAssignment))
  remove()
  consumer.on('consumer.crash', ({ payload: { error, groupId, restart } }) => console.log(error.message, groupId, restart))
  await consumer.subscribe({ topics: ['a', /b/], fromBeginning: true })
  await consumer.run({ eachMessage, autoCommitInterval: null })
  await consumer.run({ eachBatch })
  consumer.seek({ topic: 't', partition: 0, offset: '1' })
  await consumer.commitOffsets([{ topic: 't', partition: 0, offset: '2', metadata: null }])
  const { members }: GroupDescription = await consumer.describeGroup()
  console.log(AssignerProtocol.MemberAssignment.decode(members[0]?.memberAssignment ?? Buffer.alloc(0))?.assignment)
}

async function administering(admin: Admin): Promise<void> {
  await admin.createTopics({ topics: [{ topic: 't', configEntries: [{ name: 'a', value: 'b' }] }] })
  const resources = [{ type: ConfigResourceTypes.TOPIC, name: 't', configNames: ['x'] }]
  const described = await admin.describeConfigs({ includeSynonyms: false, resources })
  console.log(described.resources[0]?.configEntries[0]?.configValue)
  const resource = { resourceType: AclResourceTypes.TOPIC, resourceName: 't', resourcePatternType: ResourcePatternTypes.LITERAL }
  const who = { principal: 'User:x', host: '*', operation: AclOperationTypes.ALL, permissionType: AclPermissionTypes.DENY }
  await admin.createAcls({ acl: [{ ...resource, ...who }] })
}

test('a program that is typed for kafkajs makes its clients', async () => {
  const kafka = new Kafka(config)
  const producer: Producer = kafka.producer({ createPartitioner })
  const consumer: Consumer = kafka.consumer({ groupId: 'g', partitionAssigners: [PartitionAssigners.roundRobin] })
  assert.equal(typeof kafka.producer({ createPartitioner: Partitioners.LegacyPartitioner }).send, 'function')
  CompressionCodecs[CompressionTypes.Snappy] = () => ({})
  const logger: Logger = kafka.logger().namespace('x', logLevel.DEBUG)
  logger.setLogLevel(logLevel.WARN)
  assert.deepEqual(
    [producing, consuming, administering].map((program) => program.length),
    [1, 1, 1],
  )
  await assert.rejects(producer.send({ topic: 't', messages: [{ value: 'x' }] }), (error) => {
    if (error instanceof KafkaJSProtocolError || error instanceof KafkaJSNumberOfRetriesExceeded) return false
    return error instanceof kafkajs.KafkaJSError && error.retriable
  })
  assert.deepEqual(consumer.paused(), [])
})
