/**
 * kill -9 under load: eight idempotent producers with five batches in flight each, and a group that commits, run against a broker
 * that is killed again and again. After each restart everything acknowledged is at its place, nothing is there twice, and what had no
 * answer is sent again under its old sequence numbers.
 *
 *   npm run kill -- --rounds 20 [--seed n] [--override log.durability=page-cache]
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { SeededRandom } from '@odradek/common/random'
import { CreateTopics } from '@odradek/protocol/messages'
import { WireClient } from '@odradek/testing'
import { startOurs } from '../compat/ours.ts'
import { readBack } from './read-back.ts'
import { Acknowledged, commitOffsets, committedOffset, partitions, Producer, topic } from './workload.ts'

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    override: { type: 'string', multiple: true, default: [] },
  },
})
const random = new SeededRandom(Number(flags.seed))
const folder = mkdtempSync(join(tmpdir(), 'odradek-kill-'))
// Small segments, so that rolls, snapshots and index files are hit as well.
const settings = ['log.segment.bytes=1048576', 'auto.create.topics.enable=false', ...flags.override]

const acknowledged = new Acknowledged()
const producers = Array.from({ length: 8 }, (_, i) => new Producer(`p${i}`, i % partitions, acknowledged))

/** Everything acknowledged is there, once, and the committed offset has not gone back. */
async function audit(address: { readonly port: number }): Promise<number> {
  await using client = await WireClient.connect(address)
  let total = 0
  for (let partition = 0; partition < partitions; partition++) {
    const found = await readBack(client, partition)
    total += found.size
    const values = new Set(found.values())
    assert.equal(values.size, found.size, `partition ${partition} has a record twice`)
    for (const [offset, value] of acknowledged.places[partition] ?? []) {
      assert.equal(found.get(offset), value, `acknowledged at offset ${offset} of partition ${partition}, and lost`)
    }
  }
  const committed = await committedOffset(client)
  assert(committed >= acknowledged.committed, `committed ${acknowledged.committed}, and found ${committed}`)
  return total
}

const addressOf = (bootstrap: string): { readonly port: number } => ({ port: Number(bootstrap.split(':').at(-1)) })
let ours = await startOurs(folder, settings)
{
  await using client = await WireClient.connect(addressOf(ours.bootstrap))
  await client.call(
    CreateTopics,
    { topics: [{ name: topic, numPartitions: partitions, replicationFactor: 1, assignments: [], configs: [] }], timeoutMs: 10_000 },
    5,
  )
}
for (let round = 1; round <= Number(flags.rounds); round++) {
  const address = addressOf(ours.bootstrap)
  const before = acknowledged.records
  // A connection that breaks is what this is about; whatever else goes wrong ends the run.
  const broken = (error: unknown): void => {
    if (error instanceof assert.AssertionError) throw error
  }
  const work = Promise.all(
    [...producers.map(async (producer) => producer.run(address, () => false)), commitOffsets(address, acknowledged, () => false)].map(
      async (one) => one.catch(broken),
    ),
  )
  await new Promise((done) => setTimeout(done, 300 + random.nextInt(1200)))
  await ours.stop('SIGKILL')
  await work
  const killed = performance.now()
  ours = await startOurs(folder, settings)
  const ready = performance.now() - killed
  const found = await audit(addressOf(ours.bootstrap))
  process.stdout.write(
    `  ok   round ${round}: ${acknowledged.records - before} acknowledged, ${acknowledged.records} in all, ${found} in the log, ` +
      `${acknowledged.resent} batches sent again, commit ${acknowledged.committed}; ready after ${ready.toFixed(0)} ms\n`,
  )
}
// The last word: everybody gets their answers, and the broker stops as it should.
let rest = 200
await Promise.all(producers.map(async (producer) => producer.run(addressOf(ours.bootstrap), () => rest-- <= 0)))
const found = await audit(addressOf(ours.bootstrap))
assert.equal(found, acknowledged.records, 'with every answer in, the log holds exactly what was acknowledged')
assert.equal(await ours.stop(), 0)
rmSync(folder, { recursive: true, force: true })
process.stdout.write(`${acknowledged.records} records acknowledged over ${flags.rounds} kills, 0 lost, 0 twice (seed ${flags.seed})\n`)
