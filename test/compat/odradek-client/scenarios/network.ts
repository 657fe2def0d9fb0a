import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { createServer as createHttpServer } from 'node:http'
import { once } from 'node:events'
import { KafkaError } from '@odradek/client'
import { Fetch, Metadata } from '@odradek/protocol/messages'
import { fill, partitionsOf, range, readAll, take, text, until, values } from '../reading.ts'
import { scenario } from '../scenario.ts'
import type { Theme } from '../scenario.ts'
import { answering, changing, InterferingDialler } from '../wire/interference.ts'
import { asBefore, releases } from '../wire/older-broker.ts'

async function listening(server: Server, host = '127.0.0.1'): Promise<string> {
  server.listen(0, host)
  await once(server, 'listening')
  const address = server.address()
  return `${host}:${typeof address === 'object' ? address?.port : 0}`
}

export const network: Theme = {
  theme: 'network',
  scenarios: [
    ...Object.entries(releases).map(([release, apis]) =>
      scenario(`a broker with the versions of Apache Kafka ${release}: produce, consume, groups, commits, offsets, topics`, async (at) => {
        const dialler = asBefore({ apis, features: { 'transaction.version': 0, 'group.version': 0 } })
        const client = at.client({}, { dialler })
        const topic = await at.topic('older', 2)
        await using admin = client.admin()
        const own = at.name('created')
        await admin.createTopics([{ name: own, partitions: 1, replicationFactor: 1 }])
        await until(at, 'the topic is described', async () => (await admin.describeTopics([own]).settled()).get(own)?.ok === true)
        await admin.deleteTopics([own])
        await using producer = client.producer({ compressionType: 'zstd' })
        for (const i of range(100)) void producer.send(topic, { value: String(i), partition: i % 2, headers: { i: String(i) } })
        await producer.flush()
        const groupId = at.name('group')
        await using consumer = at.member(groupId, {}, client)
        consumer.subscribe([topic])
        const read = await take(at, consumer, 100)
        assert.deepEqual(
          values(read).toSorted((a, b) => Number(a) - Number(b)),
          range(100).map(String),
        )
        assert.ok(read.every((record) => record.headers.text('i') === text(record.value)))
        await consumer.commit(partitionsOf(topic, 2).map((place) => ({ ...place, offset: 33 })))
        assert.deepEqual(
          (await consumer.committed(partitionsOf(topic, 2))).map((found) => found?.offset),
          [33, 33],
        )
        assert.deepEqual(
          (await consumer.endOffsets(partitionsOf(topic, 2))).map(({ offset }) => offset),
          [50, 50],
        )
        assert.deepEqual((await admin.describeConsumerGroups([groupId])).get(groupId)?.members.length, 1)
        assert.deepEqual(dialler.complaints, [])
      }),
    ),

    scenario('an old broker that lacks what a call needs: UNSUPPORTED_VERSION names the API', async (at) => {
      const dialler = asBefore({ apis: releases['2.1'] })
      await using admin = at.client({}, { dialler }).admin()
      await assert.rejects(
        async () => admin.describeClientQuotas({ components: [] }),
        (error: unknown) => {
          assert(error instanceof KafkaError)
          assert.equal(error.code, 'UNSUPPORTED_VERSION')
          assert.match(error.message, /DescribeClientQuotas/)
          return true
        },
      )
    }),

    scenario('one of three bootstrap addresses answers: it is found', async (at) => {
      const topic = await at.topic('bootstrap')
      const dead = createServer()
      const [first, second] = [await listening(dead), '127.0.0.1:1']
      dead.close()
      await using producer = at.client({ bootstrapServers: [first, second, at.bootstrap].join(',') }).producer()
      assert.equal((await producer.send(topic, { value: 'v' })).offset, 0)
    }),

    scenario('`localhost` refused: a broker that listens on IPv4 only is found by that name', async (at) => {
      const topic = await at.topic('localhost')
      const port = /:(\d+)/.exec(at.bootstrap)?.[1]
      await using producer = at.client({ bootstrapServers: `localhost:${port}` }).producer()
      assert.equal((await producer.send(topic, { value: 'v' })).offset, 0)
    }),

    scenario('nobody listens: the call fails when its time is over, and says whom it asked', async (at) => {
      const dead = createServer()
      const address = await listening(dead)
      dead.close()
      const client = at.client({ bootstrapServers: address, reconnectBackoffMaxMs: 100 })
      await using producer = client.producer({ maxBlockMs: 500 })
      await assert.rejects(
        async () => producer.send('orders', { value: 'v' }),
        (error: unknown) => {
          assert(error instanceof Error)
          assert.match(messages(error), new RegExp(address))
          return true
        },
      )
      await using admin = client.admin()
      await assert.rejects(async () => admin.describeTopics(['orders'], { timeoutMs: 500 }), KafkaError)
      await using consumer = client.consumer({ defaultApiTimeoutMs: 500 })
      await assert.rejects(consumer.endOffsets([{ topic: 'orders', partition: 0 }]), KafkaError)
    }),

    scenario('somebody listens and never says a word: the call fails when its time is over', async (at) => {
      const sockets = new Set<Socket>()
      const mute = createServer((socket) => sockets.add(socket.on('error', () => undefined)))
      const client = at.client({ bootstrapServers: await listening(mute), requestTimeoutMs: 300, socketConnectionSetupTimeoutMs: 300 })
      await using producer = client.producer({ maxBlockMs: 1000 })
      await assert.rejects(async () => producer.send('orders', { value: 'v' }), Error)
      for (const socket of sockets) socket.destroy()
      mute.close()
    }),

    scenario('a web server at the address: the error says that it is one', async (at) => {
      const server = createHttpServer((_request, answer) => answer.end('hello'))
      const address = await listening(server)
      await using producer = at.client({ bootstrapServers: address }).producer({ maxBlockMs: 1000 })
      await assert.rejects(
        async () => producer.send('orders', { value: 'v' }),
        (error: unknown) => {
          assert.match(`${messages(error)} ${at.logger.lines.map(({ message }) => message).join(' ')}`, /HTTP/)
          return true
        },
      )
      server.closeAllConnections()
      server.close()
    }),

    scenario('metadata refreshes go on through lost answers and lost connections, and consumers with them', async (at) => {
      const topic = await at.topic('lossy', 2)
      for (const partition of range(2)) await fill(at, topic, 500, { partition, batchSize: 400 })
      let count = 0
      const dialler = new InterferingDialler(({ api }) => {
        if (['ApiVersions', 'FindCoordinator'].includes(api.name)) return undefined
        count++
        if (count % 17 === 0) return 'answer lost'
        return count % 23 === 0 ? 'lost' : undefined
      })
      const client = at.client({ reconnectBackoffMs: 5, reconnectBackoffMaxMs: 20, retryBackoffMs: 5, metadataMaxAgeMs: 50 }, { dialler })
      await using consumer = at.consumer({ maxPartitionFetchBytes: 500, fetchMaxBytes: 1000 }, client)
      consumer.assign(partitionsOf(topic, 2))
      const read = await take(at, consumer, 1000)
      for (const partition of range(2))
        assert.deepEqual(values(read.filter((record) => record.partition === partition)), range(500).map(String))
    }),

    scenario('a fetch session that the broker forgot is opened anew', async (at) => {
      const topic = await at.topic('session', 2)
      for (const partition of range(2)) await fill(at, topic, 300, { partition, batchSize: 400 })
      let fetches = 0
      const dialler = new InterferingDialler(({ api }) => {
        if (api.name !== 'Fetch' || ++fetches % 4 !== 0) return undefined
        return answering(Fetch, { errorCode: fetches % 8 === 0 ? 70 : 71, sessionId: 0, responses: [] })
      })
      await using consumer = at.consumer({ maxPartitionFetchBytes: 300, fetchMaxBytes: 600 }, at.client({ retryBackoffMs: 5 }, { dialler }))
      consumer.assign(partitionsOf(topic, 2))
      const read = await take(at, consumer, 600)
      assert.ok(fetches > 8)
      for (const partition of range(2))
        assert.deepEqual(values(read.filter((record) => record.partition === partition)), range(300).map(String))
    }),

    scenario('lagging metadata adopted: every second answer knows no partition that was just created, and nothing stops', async (at) => {
      const topic = await at.topic('lagging', 3)
      let refreshes = 0
      const dialler = new InterferingDialler(({ api }) => {
        if (api.name !== 'Metadata' || ++refreshes % 2 === 0) return undefined
        return changing(Metadata, (answer) => ({
          ...answer,
          topics: answer.topics.map((found) => ({
            ...found,
            partitions: found.partitions.slice(0, 1).map((partition) => ({ ...partition, leaderEpoch: -1 })),
          })),
        }))
      })
      const client = at.client({ metadataMaxAgeMs: 50, retryBackoffMs: 10 }, { dialler })
      await using producer = client.producer()
      await Promise.all(range(60).map(async (i) => producer.send(topic, { value: String(i), partition: i % 3 })))
      assert.equal((await readAll(at, topic, 3, 60)).length, 60)
    }),

    scenario('idle connections are closed by us before the broker does, and opened again', async (at) => {
      const topic = await at.topic('idle')
      const dialler = new InterferingDialler()
      await using producer = at.client({ connectionsMaxIdleMs: 200, metadataMaxAgeMs: 600_000 }, { dialler }).producer()
      await producer.send(topic, { value: 'a' })
      await until(at, 'the connections are closed', () => dialler.openConnections === 0)
      assert.equal((await producer.send(topic, { value: 'b' })).offset, 1)
    }),
  ],
}

function messages(error: unknown): string {
  return error instanceof Error ? `${error.message} ${messages(error.cause)}` : ''
}
