import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { test } from 'node:test'
import { ConfigError } from '../errors/config-error.ts'
import { checkShared, resolveAdmin, resolveConsumer, resolveProducer } from './index.ts'
import type { AdminOptions, ClientOptions, ConsumerOptions, ProducerOptions } from './index.ts'

const shared: ClientOptions = { bootstrapServers: 'localhost:9092' }
const said: string[] = []
const remarks = { info: (message: string) => said.push(`info ${message}`), warn: (message: string) => said.push(`warn ${message}`) }
const remarked = (run: () => unknown): readonly string[] => {
  said.length = 0
  run()
  return [...said]
}
const producer = (own: ProducerOptions = {}, of: ClientOptions = shared) => resolveProducer(of, own, 1, remarks)
const consumer = (own: ConsumerOptions = {}, of: ClientOptions = shared) => resolveConsumer(of, own, 1, remarks)
const admin = (own: AdminOptions = {}, of: ClientOptions = shared) => resolveAdmin(of, own, 1, remarks)
/** What nobody could write in TypeScript, and somebody will in JavaScript. */
const untyped = (options: object): ProducerOptions & ConsumerOptions & ClientOptions => {
  const loose: ReturnType<typeof JSON.parse> = options
  return loose
}

test('defaults are those of the Java client', () => {
  const p = producer()
  assert.deepEqual(
    [
      p.acks,
      p.enableIdempotence,
      p.lingerMs,
      p.batchSize,
      p.bufferMemory,
      p.maxInFlightRequestsPerConnection,
      p.deliveryTimeoutMs,
      p.compressionType,
    ],
    [-1, true, 5, 16_384, 33_554_432, 5, 120_000, 'none'],
  )
  const c = consumer({ groupId: 'g' })
  assert.deepEqual(
    [
      c.sessionTimeoutMs,
      c.maxPollRecords,
      c.autoOffsetReset,
      c.enableAutoCommit,
      c.assignors,
      c.prefetchMaxBytes,
      c.decompressedBatchMaxBytes,
    ],
    [45_000, 500, 'latest', true, ['range', 'cooperative-sticky'], 52_428_800, 33_554_432],
  )
  assert.deepEqual([admin().connectionsMaxIdleMs, c.connectionsMaxIdleMs], [300_000, 540_000])
  assert.deepEqual([admin().enableMetricsPush, c.enableMetricsPush], [false, true])
  assert.equal(p.transactionalId, undefined)
})

test('the servers are read, with addresses of version 6 and names of protocols', () => {
  const { bootstrapServers } = producer({ bootstrapServers: 'a:1, [::1]:2,SSL://b.example:3' })
  assert.deepEqual(bootstrapServers, [
    { host: 'a', port: 1 },
    { host: '::1', port: 2 },
    { host: 'b.example', port: 3 },
  ])
})

test('a server without a port is told what to write', () => {
  assert.throws(() => producer({ bootstrapServers: ['localhost'] }), /bootstrapServers: It has no port\. Write localhost:9092/)
  assert.throws(() => producer({ bootstrapServers: ['x:70000'] }), /port must be from 1 to 65535/)
  assert.throws(() => producer({ bootstrapServers: [] }), /bootstrapServers is empty/)
  assert.throws(() => producer({}, {}), /bootstrapServers is missing: write/)
})

test('the same settings in dots, as texts, and in camel case', () => {
  const dotted = producer({ 'linger.ms': '7', acks: 'all', 'enable.idempotence': 'true' })
  const camel = producer({ lingerMs: 7, acks: -1, enableIdempotence: true })
  assert.deepEqual({ ...dotted, given: 0 }, { ...camel, given: 0 })
  assert.deepEqual(dotted.given, camel.given)
  assert.deepEqual([...dotted.given].toSorted(), ['acks', 'bootstrapServers', 'enableIdempotence', 'lingerMs'])
})

test('both spellings with the same value are fine, with different ones not', () => {
  assert.equal(producer({ lingerMs: 7, 'linger.ms': '07' }).lingerMs, 7)
  assert.throws(() => producer({ lingerMs: 7, 'linger.ms': '8' }), /lingerMs and linger\.ms are one setting and have different values/)
})

test('what a client is given counts before what its Kafka was given, however it is spelled', () => {
  assert.equal(producer({ requestTimeoutMs: 1_000 }, { ...shared, 'request.timeout.ms': '2000' }).requestTimeoutMs, 1_000)
  assert.equal(producer({}, { ...shared, clientId: 'shop' }).clientId, 'shop')
})

test('one file for all: dotted settings of others are left alone', () => {
  const file: ClientOptions = { 'bootstrap.servers': 'a:1', 'group.id': 'g', 'linger.ms': '9', 'default.api.timeout.ms': '70000' }
  assert.deepEqual(
    remarked(() => checkShared(file, remarks)),
    [],
  )
  assert.deepEqual(
    remarked(() =>
      assert.deepEqual([producer({}, file).lingerMs, consumer({}, file).groupId, admin({}, file).defaultApiTimeoutMs], [9, 'g', 70_000]),
    ),
    [],
  )
})

test('an unknown name is an error in camel case, and a warning with dots', () => {
  assert.throws(() => producer(untyped({ lingerMS: 3 })), /lingerMS is no setting; did you mean lingerMs\?/)
  assert.throws(
    () => checkShared(untyped({ brokers: ['a:1'] }), remarks),
    /brokers is unknown here: the addresses of brokers are bootstrapServers/,
  )
  assert.throws(
    () => checkShared(untyped({ ...shared, lingerMs: 3 }), remarks),
    /lingerMs is a setting of producers: give it to kafka\.producer/,
  )
  assert.throws(() => producer(untyped({ groupId: 'g' })), /groupId is a setting of consumers, and this is a producer/)
  assert.deepEqual(
    remarked(() => producer({ 'linger.mss': '3' })),
    ['warn linger.mss is no setting of Kafka clients and was left out; did you mean linger.ms?'],
  )
})

test('a wrong type names the setting and what it should be', () => {
  assert.throws(() => producer(untyped({ lingerMs: '5' })), /lingerMs must be a whole number, and is the string "5"/)
  assert.throws(() => producer(untyped({ enableIdempotence: 'true' })), /enableIdempotence must be true or false/)
  assert.throws(() => producer(untyped({ lingerMs: null })), /lingerMs is null\. Leave it out instead/)
  assert.throws(() => producer(untyped({ lingerMs: 1.5 })), /lingerMs must be a whole number/)
  assert.throws(() => producer(untyped({ 'linger.ms': {} })), /linger\.ms must be a text/)
  assert.throws(() => producer({ 'linger.ms': 'soon' }), /soon for configuration linger\.ms: Not a number/)
  assert.throws(() => producer(untyped({ acks: 2 })), /2 for configuration acks: String must be one of: all, -1, 0, 1/)
  assert.throws(
    () => producer(untyped({ sslKeyPassword: 12_345 })),
    (error: Error) => !error.message.includes('12345'),
  )
})

test('everything that is wrong is told at once', () => {
  assert.throws(
    () => producer(untyped({ lingerMs: -1, compressionType: 'brotli', nonsense: true })),
    (error) => error instanceof ConfigError && ['lingerMs', 'brotli', 'nonsense'].every((word) => error.message.includes(word)),
  )
})

test('acks of a file that all clients are given is for producers alone, and no mistake', () => {
  const remarks = { info: () => undefined, warn: (message: string) => assert.fail(message) }
  const file = { 'bootstrap.servers': 'a:1', acks: '1' }
  checkShared(file, remarks)
  assert.equal(resolveProducer(file, {}, 1, remarks).acks, 1)
  resolveConsumer(file, {}, 1, remarks)
  resolveAdmin(file, {}, 1, remarks)
  assert.throws(() => checkShared({ ...file, acks: 1 }, remarks), /acks is a setting of producers/)
})

test('acks below all switch idempotence off with a word, and contradict it when it was asked for', () => {
  const lines = remarked(() => assert.equal(producer({ acks: 1 }).enableIdempotence, false))
  assert.match(lines.join(), /info Idempotence is off because of acks=1/)
  assert.throws(() => producer({ acks: 0, enableIdempotence: true }), /acks=0 does not go with enableIdempotence=true/)
  assert.throws(() => producer({ acks: 1, transactionalId: 't' }), /acks=1 does not go with transactionalId/)
  assert.throws(() => producer({ retries: 0, enableIdempotence: true }), /retries=0 does not go with/)
  assert.throws(() => producer({ enableIdempotence: false, transactionalId: 't' }), /does not go with transactionalId/)
})

test('more than five in flight need idempotence to be off', () => {
  assert.throws(() => producer({ maxInFlightRequestsPerConnection: 6 }), /at most 5 with idempotence/)
  assert.equal(producer({ maxInFlightRequestsPerConnection: 6, enableIdempotence: false }).maxInFlightRequestsPerConnection, 6)
})

test('the delivery time-out has room for one attempt', () => {
  assert.throws(() => producer({ deliveryTimeoutMs: 1_000 }), /deliveryTimeoutMs is 1000, and must be at least lingerMs \(5\)/)
  const lines = remarked(() => assert.equal(producer({ requestTimeoutMs: 200_000 }).deliveryTimeoutMs, 200_005))
  assert.match(lines.join(), /raised to 200005/)
})

test('transactions in two phases are refused', () => {
  assert.throws(() => producer({ transactionTwoPhaseCommitEnable: true }), /KIP-939/)
})

test('only the first reconnect back-off given: it stays the same', () => {
  assert.equal(producer({ reconnectBackoffMs: 20 }).reconnectBackoffMaxMs, 20)
  assert.equal(producer({ reconnectBackoffMs: 20, reconnectBackoffMaxMs: 500 }).reconnectBackoffMaxMs, 500)
})

test('without a group nothing is committed, and asking for it is a contradiction', () => {
  assert.equal(consumer().enableAutoCommit, false)
  assert.throws(() => consumer({ enableAutoCommit: true }), /enableAutoCommit needs groupId/)
  assert.throws(() => consumer({ groupInstanceId: 'i' }), /groupInstanceId needs groupId/)
  assert.throws(() => consumer({ groupId: '' }), /groupId/)
})

test('what only classic groups have does not go with KIP-848, and the other way round', () => {
  assert.throws(
    () => consumer({ groupId: 'g', groupProtocol: 'consumer', sessionTimeoutMs: 1, assignors: ['range'] }),
    /sessionTimeoutMs, assignors can not be given with groupProtocol consumer/,
  )
  assert.throws(
    () => consumer({ groupId: 'g', groupProtocol: 'classic', groupRemoteAssignor: 'uniform' }),
    /groupRemoteAssignor needs groupProtocol consumer/,
  )
  assert.equal(consumer({ 'group.id': 'g', 'group.protocol': 'CONSUMER' }).groupProtocol, 'consumer')
  assert.throws(() => consumer({ groupId: 'g', heartbeatIntervalMs: 60_000 }), /heartbeatIntervalMs \(60000\) must be less/)
})

test('where to begin by duration', () => {
  assert.deepEqual(consumer({ autoOffsetReset: 'by_duration:PT1H' }).autoOffsetReset, { byDurationMs: 3_600_000 })
  assert.deepEqual(consumer({ autoOffsetReset: 'by_duration:P2DT3M1.5S' }).autoOffsetReset, { byDurationMs: 2 * 86_400_000 + 181_500 })
  for (const wrong of ['by_duration:', 'by_duration:P', 'by_duration:PT', 'by_duration:-PT1H', 'newest']) {
    assert.throws(() => consumer({ 'auto.offset.reset': wrong }), /must be latest, earliest, none/, wrong)
  }
})

test('assignors by name, by class of Java, or of one\u2019s own', () => {
  const own = { name: 'mine', protocols: ['eager' as const], assign: () => new Map() }
  assert.deepEqual(consumer({ assignors: ['sticky', own] }).assignors, ['sticky', own])
  assert.deepEqual(consumer({ 'partition.assignment.strategy': 'org.apache.kafka.clients.consumer.RoundRobinAssignor,range' }).assignors, [
    'roundrobin',
    'range',
  ])
  assert.throws(() => consumer(untyped({ assignors: ['best'] })), /assignors must be a list/)
  assert.throws(() => consumer({ assignors: ['range', 'range'] }), /assignors has range twice/)
  assert.throws(() => consumer({ 'partition.assignment.strategy': 'best' }), /knows no best/)
})

test('partitioners by name, by class of Java, or of one\u2019s own; another class is a warning', () => {
  const own = { partition: () => 0 }
  assert.equal(producer({ partitioner: own }).partitioner, own)
  assert.equal(producer({ 'partitioner.class': 'org.apache.kafka.clients.producer.RoundRobinPartitioner' }).partitioner, 'round-robin')
  assert.match(remarked(() => producer({ 'partitioner.class': 'com.shop.Mine' })).join(), /class of Java/)
  assert.throws(() => producer(untyped({ partitioner: () => 0 })), /partitioner must be/)
})

test('settings without a counterpart in Node are accepted', () => {
  assert.deepEqual(
    remarked(() => producer({ 'send.buffer.bytes': '1000', 'metric.reporters': 'x.Y', 'sasl.kerberos.service.name': 'kafka' })),
    [],
  )
})

test('a generated client id says what it is the id of', () => {
  assert.deepEqual(
    [
      producer().clientId,
      producer({ transactionalId: 'settle' }).clientId,
      consumer({ groupId: 'g' }).clientId,
      consumer({ groupId: 'g', groupInstanceId: 'i' }).clientId,
      consumer().clientId,
      admin().clientId,
    ],
    ['producer-1', 'producer-settle', 'consumer-g-1', 'consumer-g-i', 'consumer-1', 'adminclient-1'],
  )
})

test('a call has the time of one attempt', () => {
  assert.throws(() => admin({ requestTimeoutMs: 2_000, defaultApiTimeoutMs: 1_000 }), /defaultApiTimeoutMs \(1000\) must be at least/)
  assert.equal(admin({ defaultApiTimeoutMs: 1_000 }).requestTimeoutMs, 1_000)
  assert.equal(admin({ requestTimeoutMs: 90_000 }).defaultApiTimeoutMs, 90_000)
})

test('an admin talks to brokers or to controllers', () => {
  assert.deepEqual(admin({}, { bootstrapControllers: 'c:1' }).bootstrapControllers, [{ host: 'c', port: 1 }])
  assert.throws(() => admin({ bootstrapControllers: 'c:1' }), /can not both be given/)
  assert.throws(() => producer({}, { bootstrapControllers: 'c:1' }), /bootstrapServers is missing/)
})

test('credentials in code', () => {
  const { sasl } = producer({ securityProtocol: 'SASL_SSL', sasl: { mechanism: 'PLAIN', username: 'alice', password: 'pssst' } })
  assert(sasl?.mechanism === 'PLAIN')
  assert.equal(sasl.password.reveal(), 'pssst')
  assert(!inspect(sasl).includes('pssst') && !JSON.stringify(sasl).includes('pssst'))
  assert.throws(
    () => producer({ sasl: { mechanism: 'PLAIN', username: 'alice', password: 'pssst' } }),
    /securityProtocol is PLAINTEXT, which does not authenticate/,
  )
  assert.throws(() => producer({ securityProtocol: 'SASL_SSL' }), /SASL needs sasl\.mechanism/)
  assert.throws(
    () => producer(untyped({ securityProtocol: 'SASL_SSL', sasl: { mechanism: 'plain', username: 'a', password: 'b' } })),
    /in capitals/,
  )
  assert.throws(() => producer(untyped({ securityProtocol: 'SASL_SSL', sasl: { mechanism: 'PLAIN', username: 'a' } })), /needs password/)
})

test('credentials as Java writes them', () => {
  const jaas = (mechanism: string, config: string) =>
    producer({ 'security.protocol': 'sasl_plaintext', 'sasl.mechanism': mechanism, 'sasl.jaas.config': config })
  const scram = jaas(
    'SCRAM-SHA-512',
    String.raw`org.apache.kafka.common.security.scram.ScramLoginModule required
    username="al\"ice" password='p;w' tokenauth=true;`,
  ).sasl
  assert(scram?.mechanism === 'SCRAM-SHA-512')
  assert.deepEqual([scram.username, scram.password.reveal(), scram.tokenAuth], ['al"ice', 'p;w', true])
  assert.throws(
    () => jaas('PLAIN', 'org.apache.kafka.common.security.scram.ScramLoginModule required username="a" password="b";'),
    /does not go with sasl\.mechanism PLAIN/,
  )
  assert.throws(
    () => jaas('PLAIN', 'org.apache.kafka.common.security.plain.PlainLoginModule required username="a" password="sesame"'),
    (error: Error) => /semicolon/.test(error.message) && !error.message.includes('sesame'),
  )
  assert.throws(() => jaas('GSSAPI', 'x required;'), /Kerberos/)
})

test('tokens: of one\u2019s own, or of an endpoint', () => {
  const own = producer({ securityProtocol: 'SASL_SSL', sasl: { mechanism: 'OAUTHBEARER', token: () => 'tok' } }).sasl
  assert(own?.mechanism === 'OAUTHBEARER' && own.token !== undefined)
  assert.equal(own.token(), 'tok')
  const fetched = producer({
    'security.protocol': 'SASL_SSL',
    'sasl.mechanism': 'OAUTHBEARER',
    'sasl.oauthbearer.token.endpoint.url': 'https://id.example/token',
    'sasl.jaas.config':
      'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required clientId="c" clientSecret="s" scope="kafka" extension_logicalCluster="lkc-1";',
  }).sasl
  assert(fetched?.mechanism === 'OAUTHBEARER' && fetched.token === undefined)
  assert.deepEqual([fetched.clientId, fetched.scope, fetched.extensions], ['c', 'kafka', { logicalCluster: 'lkc-1' }])
})

test('tls in code goes with encryption, and not with the same in texts', () => {
  assert.deepEqual(producer({ securityProtocol: 'SSL', tls: { ca: 'x' } }).tls, { ca: 'x' })
  assert.throws(() => producer({ tls: { ca: 'x' } }), /which does not encrypt\. Write securityProtocol: 'SSL'/)
  assert.throws(
    () => producer({ securityProtocol: 'SSL', tls: {}, sslTruststoreLocation: 'a.pem' }),
    /tls and sslTruststoreLocation say the same twice/,
  )
})

test('serdes for untyped topics: in code, or by the class names of Kafka', () => {
  const file = consumer({
    'key.deserializer': 'org.apache.kafka.common.serialization.LongDeserializer',
    'value.serializer': 'x.StringSerializer',
  })
  assert.equal(file.keySerde?.takesNull, true)
  assert.equal(file.valueSerde, undefined, 'a serializer is for producers')
  assert.match(remarked(() => producer({ 'value.serializer': 'io.confluent.KafkaAvroSerializer' })).join(), /data stay bytes/)
  assert.throws(() => producer(untyped({ keySerde: 'string' })), /keySerde must be a serde/)
})

test('an address without a port is told by new Kafka, before any client is made', () => {
  assert.throws(
    () => checkShared({ bootstrapServers: 'localhost' }, { info: () => {}, warn: () => {} }),
    /bootstrapServers.*Write localhost:9092, if 9092 it is/s,
  )
})
