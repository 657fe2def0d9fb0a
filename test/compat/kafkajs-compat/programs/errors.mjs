import { fails, kafkajs, name, print, kafka, topicWith } from '../stage.mjs'

print(Object.keys(kafkajs).toSorted())
for (const names of ['logLevel', 'CompressionTypes', 'AclResourceTypes', 'AclOperationTypes', 'AclPermissionTypes', 'ResourcePatternTypes'])
  print(names, kafkajs[names])
const unreachable = new kafkajs.Kafka({
  brokers: ['127.0.0.1:1'],
  logLevel: kafkajs.logLevel.NOTHING,
  retry: { retries: 1, initialRetryTime: 50 },
})
for (const client of ['producer', 'admin']) await fails(`unreachable ${client}`, () => unreachable[client]().connect())
await fails('unreachable consumer', () => unreachable.consumer({ groupId: 'g' }).connect())
await fails('no brokers', () => new kafkajs.Kafka({ brokers: [], logLevel: 0, retry: { retries: 0 } }).producer().connect())
await fails('null brokers', () => new kafkajs.Kafka({ logLevel: 0, retry: { retries: 0 } }).producer().connect())
await fails('a function that fails', () =>
  new kafkajs.Kafka({
    logLevel: 0,
    retry: { retries: 0 },
    brokers: async () => {
      throw new Error('no discovery')
    },
  })
    .producer()
    .connect(),
)
const discovered = new kafkajs.Kafka({ brokers: async () => [process.env.BOOTSTRAP], logLevel: 0 }).admin()
await discovered.connect()
await discovered.disconnect()
const topic = await topicWith('t', 0)
const producer = kafka.producer({ retry: { retries: 1, initialRetryTime: 50 } })
await producer.connect()
await fails('too large', () => producer.send({ topic, messages: [{ value: Buffer.alloc(3_000_000) }] }))
await producer.disconnect()
await fails('idempotent without retries', async () => kafka.producer({ idempotent: true, retry: { retries: 0 } }))
const errors = [
  'KafkaJSError',
  'KafkaJSNonRetriableError',
  'KafkaJSTimeout',
  'KafkaJSLockTimeout',
  'KafkaJSNotImplemented',
  'KafkaJSBrokerNotFound',
  'KafkaJSMetadataNotLoaded',
  'KafkaJSGroupCoordinatorNotFound',
  'KafkaJSSASLAuthenticationError',
  'KafkaJSPartialMessageError',
  'KafkaJSInvalidLongError',
  'KafkaJSInvalidVarIntError',
  'KafkaJSUnsupportedMagicByteInMessageSet',
]
for (const error of errors) {
  const made = new kafkajs[error]('text')
  print(
    error,
    made.name,
    made.message,
    made.retriable,
    made instanceof kafkajs.KafkaJSError,
    made instanceof kafkajs.KafkaJSNonRetriableError,
  )
}
const exceeded = new kafkajs.KafkaJSNumberOfRetriesExceeded(new Error('last'), { retryCount: 3, retryTime: 7 })
print(exceeded.name, exceeded.message, exceeded.retryCount, exceeded.retryTime, exceeded.retriable, exceeded.cause.message)
print(new kafkajs.KafkaJSConnectionError('x', { broker: 'b', code: 'c' }), new kafkajs.KafkaJSAggregateError('x', ['a']).errors)
print(name('end'))
