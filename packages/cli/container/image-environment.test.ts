import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { readFileSettings } from '@odradek/broker/config'
import { UserError } from '@odradek/common/errors'
import { listenersOf } from '@odradek/network'
import { parseYaml } from '../yaml/yaml.ts'
import { imageWishes } from './image-environment.ts'

type Environment = Readonly<Record<string, string>>

/** Environments as they are written for the common images, and what the broker makes of them. */
const images: readonly {
  readonly image: string
  readonly environment: Environment
  readonly listens: readonly string[]
  readonly tells: readonly string[]
  readonly settings?: Environment
  readonly remarks?: readonly RegExp[]
}[] = [
  {
    image: 'ours, without any setting',
    environment: {},
    listens: ['PLAINTEXT *:9092'],
    tells: ['localhost:9092'],
    settings: { 'log.dirs': '/var/lib/kafka/data', 'group.initial.rebalance.delay.ms': '0' },
  },
  {
    image: 'apache/kafka, one combined node',
    environment: {
      KAFKA_NODE_ID: '5',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '5@localhost:29093',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,PLAINTEXT_HOST:PLAINTEXT',
      KAFKA_LISTENERS: 'CONTROLLER://localhost:29093,PLAINTEXT_HOST://0.0.0.0:9092,PLAINTEXT://0.0.0.0:19092',
      KAFKA_ADVERTISED_LISTENERS: 'PLAINTEXT_HOST://localhost:9092,PLAINTEXT://broker:19092',
      KAFKA_INTER_BROKER_LISTENER_NAME: 'PLAINTEXT',
      KAFKA_LOG_DIRS: '/tmp/kraft-combined-logs',
      KAFKA_HEAP_OPTS: '-Xmx1g',
      KAFKA_MAX_REQUEST_SIZE__BYTES___X: '1',
      CLUSTER_ID: '4L6g3nShT-eMCtK--X86sw',
    },
    listens: ['PLAINTEXT_HOST *:9092', 'PLAINTEXT *:19092'],
    tells: ['localhost:9092', 'broker:19092'],
    settings: { 'node.id': '5', 'log.dirs': '/tmp/kraft-combined-logs', 'max.request.size_bytes-x': '1' },
    remarks: [/no Raft quorum/],
  },
  {
    image: 'cp-kafka 8, listeners out of what is advertised',
    environment: {
      KAFKA_NODE_ID: '1',
      KAFKA_ADVERTISED_LISTENERS: 'PLAINTEXT://kafka:29092,PLAINTEXT_HOST://localhost:9092',
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,PLAINTEXT_HOST:PLAINTEXT',
      KAFKA_JMX_PORT: '9101',
      KAFKA_CONFLUENT_LICENSE_TOPIC_REPLICATION_FACTOR: '1',
    },
    listens: ['PLAINTEXT *:29092', 'PLAINTEXT_HOST *:9092'],
    tells: ['kafka:29092', 'localhost:9092'],
    remarks: [/KAFKA_CONFLUENT_LICENSE_TOPIC_REPLICATION_FACTOR: .*ignored/],
  },
  {
    image: 'bitnami, whose KAFKA_CFG_ is the stronger name',
    environment: {
      KAFKA_CFG_NODE_ID: '0',
      KAFKA_CFG_PROCESS_ROLES: 'controller,broker',
      KAFKA_CFG_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093',
      KAFKA_CFG_ADVERTISED_LISTENERS: 'PLAINTEXT://:9092',
      KAFKA_CFG_LISTENER_SECURITY_PROTOCOL_MAP: 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
      KAFKA_CFG_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_CFG_NUM_PARTITIONS: '6',
      KAFKA_NUM_PARTITIONS: '2',
      KAFKA_KRAFT_CLUSTER_ID: 'abc',
      ALLOW_PLAINTEXT_LISTENER: 'yes',
      KAFKA_CLIENT_USERS: 'user',
      KAFKA_CLIENT_PASSWORDS: 'secret',
    },
    listens: ['PLAINTEXT *:9092'],
    tells: [':9092'],
    settings: { 'node.id': '0', 'num.partitions': '6' },
    remarks: [/KAFKA_CLIENT_USERS, KAFKA_CLIENT_PASSWORDS: SASL and TLS are not there yet/],
  },
  {
    image: 'wurstmeister, with a command to find the host',
    environment: { HOSTNAME_COMMAND: 'hostname -i', KAFKA_PORT: '9093', KAFKA_ZOOKEEPER_CONNECT: 'zk:2181' },
    listens: ['PLAINTEXT *:9093'],
    tells: ['localhost:9093'],
    remarks: [/ZooKeeper is not needed/, /HOSTNAME_COMMAND: no command is run/],
  },
]

for (const { image, environment, listens, tells, settings = {}, remarks = [] } of images)
  test(`the environment of ${image} starts a broker that can be reached`, () => {
    const wishes = imageWishes(environment)
    const { config, remarks: unknown } = readFileSettings(wishes.settings)
    const listeners = listenersOf(config, config['controller.listener.names'])
    assert.deepEqual(
      listeners.map(({ name, host, port }) => `${name} ${host === undefined || host === '0.0.0.0' ? '*' : host}:${port}`),
      listens,
    )
    assert.deepEqual(
      listeners.map(({ advertised }) => `${advertised?.host ?? ''}:${advertised?.port ?? ''}`),
      tells,
    )
    for (const [name, value] of Object.entries(settings)) assert.equal(wishes.settings.get(name), value, name)
    assert.equal(wishes.remarks.length, remarks.length, wishes.remarks.join('\n'))
    for (const remark of remarks) assert.match(wishes.remarks.join('\n'), remark)
    assert.deepEqual(
      unknown.filter((sentence) => !sentence.startsWith('max.request.size_bytes-x')),
      [],
    )
  })

/** The environment of the service `kafka` in a compose file. */
function composed(file: string): Environment {
  const compose = parseYaml(readFileSync(new URL(`fixtures/${file}`, import.meta.url), 'utf8'), file)
  const environment: unknown = Reflect.get(Reflect.get(Reflect.get(Object(compose), 'services'), 'kafka'), 'environment')
  return Object.fromEntries(Object.entries(Object(environment)).map(([name, value]) => [name, String(value)]))
}

test("the compose file of the book's chapter says the same to our broker", () => {
  const { settings, remarks } = imageWishes(composed('users-chapter.yaml'))
  const { config } = readFileSettings(settings)
  assert.equal(config['node.id'], 1)
  assert.deepEqual(
    listenersOf(config).map(({ name, port, advertised }) => [name, port, advertised?.host]),
    [
      ['PLAINTEXT', 9092, 'kafka'],
      ['PLAINTEXT_HOST', 29_092, 'localhost'],
    ],
  )
  assert.equal(remarks.length, 2)
})

test('the compose file of the study note makes the topics that it asks for', () => {
  const { settings, topics } = imageWishes(composed('study-note.yaml'))
  assert.equal(settings.get('advertised.listeners'), 'PLAINTEXT://127.0.0.1:9092')
  assert.equal(settings.get('listeners'), 'PLAINTEXT://0.0.0.0:9092')
  assert.deepEqual(topics, [
    { name: 'my-topic', partitions: 3, replicationFactor: 1, config: {} },
    { name: 'compacted', partitions: 1, replicationFactor: 1, config: { 'cleanup.policy': 'compact' } },
  ])
})

test('a mounted file counts where the environment says nothing', () => {
  const file = new Map([
    ['num.partitions', '7'],
    ['log.retention.hours', '1'],
  ])
  const { settings } = imageWishes({ KAFKA_NUM_PARTITIONS: '9' }, file)
  assert.equal(settings.get('num.partitions'), '9')
  assert.equal(settings.get('log.retention.hours'), '1')
})

test('key stores are looked for where images mount them', () => {
  const { settings } = imageWishes({ KAFKA_SSL_KEYSTORE_FILENAME: 'broker.p12' })
  assert.equal(settings.get('ssl.keystore.location'), '/etc/kafka/secrets/broker.p12')
})

test('a topic that cannot be read is told of, and the others are made', () => {
  const { topics, remarks } = imageWishes({ KAFKA_CREATE_TOPICS: 'a:1:1\nb:x:1\n', KAFKA_CREATE_TOPICS_SEPARATOR: String.raw`$'\n'` })
  assert.deepEqual(
    topics.map(({ name }) => name),
    ['a'],
  )
  assert.match(remarks.join(), /"b:x:1", which is no topic/)
})

test('a controller alone is refused, with what to do', () => {
  assert.throws(
    () => imageWishes({ KAFKA_PROCESS_ROLES: 'controller' }),
    (error) => error instanceof UserError && /Leave this service out/.test(error.message),
  )
})
