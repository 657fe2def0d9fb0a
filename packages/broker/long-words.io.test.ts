import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import {
  allApis,
  CreateTopics,
  DescribeConfigs,
  DescribeGroups,
  FindCoordinator,
  JoinGroup,
  Produce,
  SyncGroup,
} from '@odradek/protocol/messages'
import type { Api, Field, Fields } from '@odradek/protocol/schema'
import { exists } from '@odradek/protocol/schema'
import { encodeRequest, RecordedLog, startBroker } from '@odradek/testing'
import { allHandlers } from './handlers/index.ts'

/** The longest string that Kafka's protocol has. */
const longest = 32_767
const words = ['x'.repeat(longest), '/'.repeat(longest), 'ä'.repeat(16_383), '9'.repeat(longest)]
/** Kinds of resources, operations and coordinators: each of them quotes in its own way. */
const codes = [0, 1, 2, 4, 8, 16, 32, 99]

function wordy(fields: Fields, version: number, word: string, code: number): Readonly<Record<string, unknown>> {
  const value = (field: Field): unknown => {
    const { type } = field
    if (type.kind === 'string') return word
    if (type.kind === 'int8') return code
    if (type.kind === 'array') return [value(type.of)]
    return type.kind === 'struct' ? wordy(type.fields, version, word, code) : field.default
  }
  const present = Object.entries(fields).filter(([, field]) => exists(field, version))
  return Object.fromEntries(present.map(([name, field]) => [name, value(field)]))
}

test('words as long as can be are answered, by every API in every version', async () => {
  const log = new RecordedLog()
  await using broker = await startBroker({ logger: log })
  const served = new Set(allHandlers(broker.broker.services).map(({ api }) => api.key))
  const apis: readonly Api[] = allApis.filter(({ key }) => served.has(key))
  assert(apis.length > 30)
  // Produce is left out: with acks=0 it has no answer.
  for (const api of apis.filter(({ key }) => key !== Produce.key)) {
    await using client = await broker.connect({ clientId: 'c'.repeat(longest) })
    for (let version = api.versions[0]; version <= api.versions[1]; version++) {
      for (const word of words) {
        for (const code of codes) {
          client.sendFrame(encodeRequest(api, wordy(api.request, version, word, code), { version, correlationId: version, clientId: word }))
          const answer = await client
            .receive()
            .catch((error: unknown) => assert.fail(`${api.name} v${version} ${word.slice(0, 3)}: ${String(error)}`))
          assert.equal(answer.readInt32BE(), version)
        }
      }
    }
  }
  assert.deepEqual(
    log.lines.filter(({ level }) => level === 'error'),
    [],
  )
})

test('a consumer whose client id is as long as can be becomes a member, and is described', async () => {
  await using broker = await startBroker()
  const clientId = 'ä'.repeat(16_383)
  await using client = await broker.connect({ clientId })
  const request = {
    groupId: 'g',
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 10_000,
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: Buffer.alloc(0) }],
  }
  await client.call(FindCoordinator, { coordinatorKeys: ['g'], keyType: 0 })
  const { memberId } = await client.call(JoinGroup, { ...request, memberId: '' })
  const joined = await client.call(JoinGroup, { ...request, memberId })
  assert.equal(joined.errorCode, 0)
  const { generationId } = joined
  const synced = await client.call(SyncGroup, {
    groupId: 'g',
    generationId,
    memberId,
    protocolType: 'consumer',
    protocolName: 'range',
    assignments: [],
  })
  assert.equal(synced.errorCode, 0)
  const described = await client.call(DescribeGroups, { groups: ['g'] })
  assert.equal(described.groups[0]?.members[0]?.clientId, clientId)
})

test('a text that is no UTF-8 and could not be given back costs its connection', async () => {
  const log = new RecordedLog()
  await using broker = await startBroker({ logger: log })
  await using client = await broker.connect()
  const frame = encodeRequest(
    DescribeConfigs,
    { resources: [{ resourceType: 2, resourceName: words[0] ?? '', configurationKeys: null }] },
    { version: 1, correlationId: 1, clientId: null },
  )
  client.sendFrame(frame.map((byte) => (byte === 0x78 ? 0xff : byte)))
  await assert.rejects(client.receive(), /closed/)
  assert(log.lines.some(({ fields }) => /is not UTF-8/.test(String(fields['reason']))))
})

test('the message about a name that is too long says so before it is cut', async () => {
  await using broker = await startBroker()
  await using client = await broker.connect()
  const { topics } = await client.call(CreateTopics, {
    topics: [{ name: words[0] ?? '', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }],
    timeoutMs: 1_000,
  })
  assert.match(topics[0]?.errorMessage ?? '', /^Topic name is invalid: the length of 'x+ … x+' is longer than/)
})
