import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { SeededRandom } from '@odradek/common/random'
import type { ProducerOptions, RecordMetadata } from '@odradek/client'
import type { Place } from '../place.ts'
import { byPartition, range, readAll } from '../reading.ts'
import { scenario } from '../scenario.ts'
import type { Theme } from '../scenario.ts'
import { InterferingDialler } from '../wire/interference.ts'

const writersRecords = 800
const wave = 8
const seeds = ['one', 'two']

const producers: Readonly<Record<string, ProducerOptions>> = {
  zstd: { compressionType: 'zstd' },
  'lz4 in small batches': { compressionType: 'lz4', batchSize: 1000 },
  'tiny batches': { lingerMs: 0, batchSize: 200 },
  'one request in flight': { maxInFlightRequestsPerConnection: 1 },
  'tiny memory': { batchSize: 1000, bufferMemory: 8000 },
}

/** Loses requests and answers by the dice, falls silent now and then, and breaks all connections at times. */
function brokenNetwork(random: SeededRandom): { readonly dialler: InterferingDialler; readonly faults: () => number } {
  let faults = 0
  const dialler = new InterferingDialler(() => {
    const drawn = random.nextFloat()
    if (drawn < 0.26) faults++
    if (drawn < 0.12) return 'answer lost'
    if (drawn < 0.22) return 'lost'
    if (drawn < 0.225) return 'silence'
    if (drawn < 0.26) {
      dialler.blackOut()
      dialler.lightUp()
    }
    return undefined
  })
  return { dialler, faults: () => faults }
}

/** Three writers at once, each in its own way and to its own partition, over a network that breaks all the time. */
async function write(at: Place, topic: string, options: ProducerOptions, dialler: InterferingDialler): Promise<readonly RecordMetadata[]> {
  const impatient = {
    requestTimeoutMs: 300,
    socketConnectionSetupTimeoutMs: 300,
    socketConnectionSetupTimeoutMaxMs: 300,
    reconnectBackoffMs: 2,
    reconnectBackoffMaxMs: 20,
    retryBackoffMs: 2,
    retryBackoffMaxMs: 20,
  }
  const producer = at.client(impatient, { dialler }).producer(options)
  const places: RecordMetadata[] = []
  const failures: unknown[] = []
  const record = (i: number, partition: number) => ({ key: `k${i % 7}`, value: `${i}`, partition, headers: { i: `${i}` } })

  const awaiting = async (): Promise<void> => {
    for (let from = 0; from < writersRecords; from += wave) {
      places.push(...(await Promise.all(range(wave).map((i) => producer.send(topic, record(from + i, 0))))))
    }
  }
  const enqueueing = async (): Promise<void> => {
    for (const i of range(writersRecords)) {
      const hasRoom = producer.enqueue(topic, record(i, 1), (error, partition, offset) => {
        if (error === undefined) places.push({ topic, partition, offset, timestamp: i })
        else failures.push(error)
      })
      if (!hasRoom) await producer.ready()
      if (i % wave === 0) await turn()
    }
    await producer.flush({ signal: at.signal })
  }
  async function* source() {
    for (const i of range(writersRecords)) {
      if (i % wave === 0) await turn()
      yield record(i, 2)
    }
  }
  await Promise.all([awaiting(), enqueueing(), producer.sendAll(topic, source(), { signal: at.signal })])
  await producer.close()
  assert.deepEqual(failures, [])
  return places
}

export const brokenNetworks: Theme = {
  theme: 'broken-network',
  scenarios: Object.entries(producers).map(([kind, options]) =>
    scenario(`connections are cut and answers dropped under a producer with ${kind}: nothing is lost, doubled or reordered`, async (at) => {
      for (const seed of seeds) {
        const topic = await at.topic('broken', 3)
        const { dialler, faults } = brokenNetwork(new SeededRandom(`${kind} ${seed}`))
        const places = await write(at, topic, options, dialler)
        assert.ok(faults() >= 10, `seed ${seed}: the network broke ${faults()} times only`)
        const found = byPartition(await readAll(at, topic, 3, 3 * writersRecords))
        const ends = await endsOf(at, topic)
        // Where the logs end says whether it was the writer or the reader.
        for (const partition of range(3))
          assert.deepEqual(
            found.get(partition),
            range(writersRecords).map(String),
            `seed ${seed}, partition ${partition}, ends ${ends.join()}`,
          )
        assert.deepEqual(ends, [writersRecords, writersRecords, writersRecords], `seed ${seed}`)
        // Where the answer was lost the broker may not remember the offset.
        for (const partition of range(2)) {
          const told = places.filter((place) => place.partition === partition).map(({ offset }) => offset)
          assert.equal(told.length, writersRecords)
          for (const [i, offset] of told.entries())
            assert.ok(offset === i || offset === -1, `seed ${seed}: record ${i} is told to be at ${offset}`)
        }
      }
    }),
  ),
}

async function endsOf(at: Place, topic: string): Promise<readonly number[]> {
  await using consumer = at.consumer({})
  return (await consumer.endOffsets(range(3).map((partition) => ({ topic, partition })))).map(({ offset }) => offset)
}
