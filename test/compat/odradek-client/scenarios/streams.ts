import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { topic as topicOf } from '@odradek/client'
import { bytes, range, readAll, values } from '../reading.ts'
import { scenario } from '../scenario.ts'
import type { Theme } from '../scenario.ts'

export const streams: Theme = {
  theme: 'streams',
  scenarios: [
    scenario("a Readable is sent whole, in order, and held back by the producer's memory", async (at) => {
      const topic = await at.topic('readable')
      await using producer = at.producer({ bufferMemory: 65_536, batchSize: 4096 })
      const source = Readable.from(range(3000).map((i) => ({ value: bytes(`${i} ${'x'.repeat(100)}`) })))
      assert.deepEqual(await producer.sendAll(topicOf(topic), source), { records: 3000 })
      const read = values(await readAll(at, topic, 1, 3000))
      assert.deepEqual(
        read.map((value) => value?.split(' ')[0]),
        range(3000).map(String),
      )
    }),

    scenario('sendAll stops when its signal says so, and what it had sent arrives', async (at) => {
      const topic = await at.topic('stopped')
      await using producer = at.producer()
      const stop = new AbortController()
      async function* endless() {
        for (let i = 0; ; i++) {
          if (i === 100) stop.abort(new Error('enough'))
          yield { value: bytes(String(i)) }
          await Promise.resolve()
        }
      }
      await assert.rejects(producer.sendAll(topicOf(topic), endless(), { signal: stop.signal }), { message: 'enough' })
      await producer.flush()
      const { length } = await readAll(at, topic, 1, 100)
      assert.equal(length, 100)
    }),

    scenario('sendAll rejects when its source throws', async (at) => {
      const topic = await at.topic('source')
      await using producer = at.producer()
      function* source() {
        yield { value: bytes('one') }
        throw new Error('the source broke')
      }
      await assert.rejects(producer.sendAll(topicOf(topic), source()), { message: 'the source broke' })
      await producer.flush()
      assert.deepEqual(values(await readAll(at, topic, 1, 1)), ['one'])
    }),

    scenario('a pipeline of Node streams ends in a topic', async (at) => {
      const { writable } = await import('@odradek/client/streams')
      const topic = await at.topic('pipeline')
      await using producer = at.producer({ bufferMemory: 65_536, batchSize: 4096 })
      await pipeline(Readable.from(range(2000).map((i) => ({ value: bytes(String(i)) }))), writable(producer, topicOf(topic)))
      assert.deepEqual(values(await readAll(at, topic, 1, 2000)), range(2000).map(String))
    }),

    scenario('a web stream ends in a topic', async (at) => {
      const { writableStream } = await import('@odradek/client/streams')
      const topic = await at.topic('web')
      await using producer = at.producer()
      await ReadableStream.from(range(500).map((i) => ({ value: bytes(String(i)) }))).pipeTo(writableStream(producer, topicOf(topic)))
      assert.deepEqual(values(await readAll(at, topic, 1, 500)), range(500).map(String))
    }),
  ],
}
