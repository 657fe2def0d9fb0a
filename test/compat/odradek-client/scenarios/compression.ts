import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { Fetch } from '@odradek/protocol/messages'
import { codecId, splitBatches } from '@odradek/protocol/records'
import { fetchFrom, WireClient } from '@odradek/testing'
import type { ProducerOptions } from '@odradek/client'
import type { Place } from '../place.ts'
import { range, readAll, values } from '../reading.ts'
import { scenario } from '../scenario.ts'
import type { Theme } from '../scenario.ts'

const levels: readonly (readonly [codec: 'gzip' | 'lz4' | 'zstd', options: readonly ProducerOptions[]])[] = [
  ['gzip', [-1, 1, 9].map((compressionGzipLevel) => ({ compressionGzipLevel }))],
  ['lz4', [{ compressionLz4Level: 9 }]],
  ['zstd', [-7, 3, 19].map((compressionZstdLevel) => ({ compressionZstdLevel }))],
]

export const compression: Theme = {
  theme: 'compression',
  scenarios: [
    ...(['gzip', 'snappy', 'lz4', 'zstd'] as const).map((codec) =>
      scenario(`codec missing: ${codec} compresses small and large batches, text and noise, and is read back`, async (at) => {
        const topic = await at.topic(codec)
        await using producer = at.producer({ compressionType: codec, batchSize: 262_144, lingerMs: 20 })
        const noise = randomBytes(150_000).toString('base64')
        const sent = ['a', 'text '.repeat(20_000), noise, ...range(500).map((i) => `${i} ${'.'.repeat(100)}`)]
        for (const value of sent) void producer.send(topic, { value })
        await producer.flush()
        assert.deepEqual(values(await readAll(at, topic, 1, sent.length)), sent)
        const batches = await batchesOf(at, topic)
        assert.ok(batches.every((batch) => codecId(batch, 0) === { gzip: 1, snappy: 2, lz4: 3, zstd: 4 }[codec]))
        const stored = batches.reduce((sum, { length }) => sum + length, 0)
        assert.ok(stored < 280_000, `${stored} bytes`)
      }),
    ),
    ...levels.map(([codec, those]) =>
      scenario(`every level of ${codec} gives what everybody reads`, async (at) => {
        const topic = await at.topic(`${codec}-levels`)
        const value = 'odradek '.repeat(5000)
        for (const level of those) {
          await using producer = at.producer({ compressionType: codec, ...level })
          await producer.send(topic, { value })
        }
        const read = values(await readAll(at, topic, 1, those.length))
        assert.ok(read.every((each) => each === value))
      }),
    ),
  ],
}

/** The batches as they lie in the log. */
async function batchesOf(at: Place, topic: string): Promise<readonly Buffer[]> {
  const [host = '', port = ''] = at.bootstrap.split(',')[0]?.split(/:(?=\d+$)/) ?? []
  await using client = await WireClient.connect({ host, port: Number(port) })
  // Kafka 2.1 knows version 10, the first with zstd.
  const { records } = await fetchFrom(client, { topic, offset: 0, version: at.broker.announces(Fetch.key, 12) ? 12 : 10 })
  return [...splitBatches(records ?? Buffer.alloc(0))]
}
