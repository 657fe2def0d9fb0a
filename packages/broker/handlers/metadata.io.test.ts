import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ZERO_UUID } from '@odradek/common/bytes'
import { errorName } from '@odradek/protocol'
import { CreateTopics, DescribeTopicPartitions, Metadata } from '@odradek/protocol/messages'
import { startBroker } from '@odradek/testing'
import type { RunningBroker, WireClient } from '@odradek/testing'

interface Seen {
  readonly error: string
  readonly leaders: readonly number[]
}

/** What a client learns of topics that it names. */
async function see(
  client: WireClient,
  names: readonly string[],
  options: { version?: number; allow?: boolean } = {},
): Promise<Readonly<Record<string, Seen>>> {
  const { version = 12, allow = true } = options
  const asked = names.map((name) => ({ name, topicId: ZERO_UUID }))
  const { topics } = await client.call(Metadata, { topics: asked, ...(version >= 4 && { allowAutoTopicCreation: allow }) }, version)
  return Object.fromEntries(
    topics.map(({ name, errorCode, partitions }) => [
      name ?? '',
      { error: errorName(errorCode), leaders: partitions.map(({ leaderId }) => leaderId) },
    ]),
  )
}

const made: Seen = { error: 'NONE', leaders: [1] }
const unknown: Seen = { error: 'UNKNOWN_TOPIC_OR_PARTITION', leaders: [] }

async function withClient(
  config: Readonly<Record<string, string>>,
  work: (client: WireClient, kafka: RunningBroker) => Promise<void>,
): Promise<void> {
  await using kafka = await startBroker({ config: { 'node.id': '1', ...config } })
  await using client = await kafka.connect()
  await work(client, kafka)
}

test('a topic that a client asks for and that is not there is made, and the first answer has its leader', () =>
  withClient({ 'num.partitions': '3' }, async (client) => {
    assert.deepEqual(await see(client, ['orders', 'a/b', '']), {
      orders: { error: 'NONE', leaders: [1, 1, 1] },
      'a/b': { error: 'INVALID_TOPIC_EXCEPTION', leaders: [] },
      '': { error: 'INVALID_TOPIC_EXCEPTION', leaders: [] },
    })
  }))

test('clients that ask for the same new topic at once get the same one', () =>
  withClient({}, async (client, kafka) => {
    await using other = await kafka.connect()
    assert.deepEqual(await Promise.all([see(client, ['orders']), see(other, ['orders'])]), [{ orders: made }, { orders: made }])
  }))

test('no topic is made for a client that does not want it, and none at all where the setting says no', async () => {
  await withClient({}, async (client) => {
    assert.deepEqual(await see(client, ['orders'], { allow: false }), { orders: unknown })
    // Before version 4 clients could not say, and wanted it.
    assert.deepEqual(await see(client, ['orders'], { version: 3 }), { orders: made })
  })
  await withClient({ 'auto.create.topics.enable': 'false' }, async (client) => {
    assert.deepEqual(await see(client, ['orders'], { version: 3 }), { orders: unknown })
  })
})

test('the topic of committed offsets is made with its own settings; the other internal ones are not made for clients', () =>
  withClient({ 'offsets.topic.num.partitions': '4' }, async (client) => {
    assert.deepEqual(await see(client, ['__consumer_offsets', '__transaction_state']), {
      __consumer_offsets: { error: 'NONE', leaders: [1, 1, 1, 1] },
      __transaction_state: unknown,
    })
  }))

test('a topic that would be more than the broker takes is not made, and the broker goes on', () =>
  withClient({ 'num.partitions': '5', 'broker.max.partitions': '7' }, async (client) => {
    assert.deepEqual(await see(client, ['first', 'second']), { first: { error: 'NONE', leaders: [1, 1, 1, 1, 1] }, second: unknown })
  }))

test('a topic is in the metadata when its creation is answered', () =>
  withClient({}, async (client) => {
    for (let i = 0; i < 20; i++) {
      await client.call(CreateTopics, { topics: [{ name: `topic-${i}`, numPartitions: 1, replicationFactor: 1 }] })
      assert.deepEqual(await see(client, [`topic-${i}`], { allow: false }), { [`topic-${i}`]: made })
    }
    const { topics } = await client.call(Metadata, { topics: null }, 12)
    assert.deepEqual(
      topics.map(({ name }) => name),
      Array.from({ length: 20 }, (_, i) => `topic-${i}`).toSorted(),
    )
  }))

test('partitions come page by page, sorted, each once, and no page is larger than the broker allows', async () => {
  const topics = { c: 5, a: 3, b: 1 }
  await using kafka = await startBroker({ config: { 'max.request.partition.size.limit': '2' }, topics })
  await using client = await kafka.connect()
  const seen: string[] = []
  let cursor: { readonly topicName: string; readonly partitionIndex: number } | null = null
  do {
    const page: Awaited<ReturnType<typeof nextPage>> = await nextPage(client, cursor)
    const partitions = page.topics.flatMap((topic) => topic.partitions.map(({ partitionIndex }) => `${topic.name}-${partitionIndex}`))
    assert.ok(partitions.length <= 2)
    seen.push(...partitions)
    cursor = page.nextCursor
  } while (cursor !== null)
  assert.deepEqual(seen, ['a-0', 'a-1', 'a-2', 'b-0', 'c-0', 'c-1', 'c-2', 'c-3', 'c-4'])
})

const nextPage = (client: WireClient, cursor: { readonly topicName: string; readonly partitionIndex: number } | null) =>
  client.call(DescribeTopicPartitions, { topics: [], cursor }, 0)
