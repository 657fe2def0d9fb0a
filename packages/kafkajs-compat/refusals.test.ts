import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { KafkaJSNonRetriableError, KafkaJSNotImplemented } from './errors.ts'
import { Kafka, PartitionAssigners } from './index.ts'
import { securityOf } from './security.ts'

const brokers = ['localhost:9092']

test('what can not be done is refused when it is asked for, with what to do instead', () => {
  assert.throws(() => new Kafka({ brokers, socketFactory: ({ port }) => connect(port) }), /socketFactory .* brokers/)
  const authenticationProvider = () => ({ authenticate: async () => undefined })
  assert.throws(() => new Kafka({ brokers, sasl: { mechanism: 'mine', authenticationProvider } }), KafkaJSNotImplemented)
  const aws = { mechanism: 'aws', authorizationIdentity: 'a', accessKeyId: 'b', secretAccessKey: 'c' } as const
  assert.throws(() => new Kafka({ brokers, sasl: aws }), /oauthbearer/)
  const kafka = new Kafka({ brokers, logLevel: 0 })
  assert.throws(
    () => kafka.consumer({ groupId: 'g', partitionAssigners: [(config) => PartitionAssigners.roundRobin(config)] }),
    /assignors/,
  )
  assert.throws(() => kafka.consumer({ groupId: '' }), KafkaJSNonRetriableError)
  assert.throws(() => kafka.consumer({ groupId: 'g', heartbeatInterval: 30_000 }), /lower than sessionTimeout/)
  assert.throws(() => kafka.producer({ idempotent: true, retry: { retries: 0 } }), /must allow retries/)
})

test('ssl and sasl are those of the client below', async () => {
  assert.deepEqual(securityOf({}), { securityProtocol: 'PLAINTEXT' })
  assert.deepEqual(securityOf({ ssl: true }), { securityProtocol: 'SSL', tls: {} })
  const scram = { mechanism: 'scram-sha-512', username: 'u', password: 'p' } as const
  assert.deepEqual(securityOf({ ssl: { ca: 'x' }, sasl: scram }), {
    securityProtocol: 'SASL_SSL',
    tls: { ca: 'x' },
    sasl: { mechanism: 'SCRAM-SHA-512', username: 'u', password: 'p' },
  })
  const { sasl } = securityOf({ sasl: { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: 'token' }) } })
  assert(sasl?.mechanism === 'OAUTHBEARER' && typeof sasl.token === 'function')
  assert.equal(await sasl.token(), 'token')
})
