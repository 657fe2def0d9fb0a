import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { nodeDisk } from '@odradek/common/disk'
import { silentLogger } from '@odradek/common/logging'
import { MetricsRegistry } from '@odradek/common/metrics'
import { systemRandom } from '@odradek/common/random'
import { systemClock, systemTimer } from '@odradek/common/time'
import { codecs } from '@odradek/protocol/compression'
import { buildMarkerBatch } from '@odradek/protocol/records'
import { LogDirectory } from './log-directory.ts'
import { asClient, batchOf, defaultDirectorySettings, defaultLogSettings, topicId } from './log-fixture.ts'
import { LogMetrics } from './log-metrics.ts'

/** Apache's own tool reads the files that we write. Runs where the kit in tools/peers has been installed. */
const kit = new URL('../../tools/peers/apache-kafka', import.meta.url).pathname
const isInstalled = spawnSync(kit, ['classpath']).status === 0

function dump(files: readonly string[], ...options: readonly string[]): string {
  const result = spawnSync(kit, ['tool', 'kafka-dump-log', '--', '--files', files.join(), ...options], { encoding: 'utf8' })
  assert.equal(result.status, 0, result.stdout + result.stderr)
  return result.stdout
}

async function writeLog(path: string): Promise<{ records: number; producers: number }> {
  const directory = await LogDirectory.open({
    path,
    disk: nodeDisk,
    clock: systemClock,
    timer: systemTimer,
    random: systemRandom,
    logger: silentLogger,
    metrics: new LogMetrics(new MetricsRegistry(systemClock)),
    config: defaultDirectorySettings,
    expected: { clusterId: 'CLUSTERIDCLUSTERIDCLUA', nodeId: 1 },
  })
  const log = directory.logFor(topicId, 'orders', 0, () => ({ ...defaultLogSettings, segmentBytes: 40_000 }), { create: true })
  const now = systemClock.now()
  for (let i = 0; i < 200; i++) {
    const producer = { producerId: 1000 + (i % 3), producerEpoch: 0, baseSequence: Math.floor(i / 3) * 5 }
    const codec = codecs[i % codecs.length] ?? 'none'
    // Times go back now and then.
    log.append(batchOf(5, { ...producer, codec, value: Buffer.alloc(500 + i, 'v'), timestamp: now - 1_000_000 + (i % 11) * 1000 + i }), {
      ...asClient,
      leaderEpoch: i < 100 ? 0 : 3,
    })
    if (i % 7 === 0) await directory.flushed()
  }
  log.append(batchOf(1, { producerId: 2000, producerEpoch: 1, baseSequence: 0, transactional: true }), { ...asClient, leaderEpoch: 3 })
  const marker = buildMarkerBatch({ type: 'abort', coordinatorEpoch: 2, producerId: 2000, producerEpoch: 1, timestampMs: now })
  log.append(marker, { leaderEpoch: 3, origin: 'coordinator' })
  await directory.close()
  return { records: log.endOffset, producers: log.producers().length }
}

test(
  'kafka-dump-log of Apache reads segments, indexes and snapshots',
  { skip: isInstalled ? false : 'the kit in tools/peers is not installed' },
  async () => {
    const path = mkdtempSync(`${tmpdir()}/odradek-dump-`)
    try {
      const { records, producers } = await writeLog(path)
      const files = (ending: string): string[] =>
        readdirSync(`${path}/orders-0`).flatMap((name) => (name.endsWith(ending) ? [`${path}/orders-0/${name}`] : []))
      assert.ok(files('.log').length > 2)

      const segments = dump(files('.log'), '--deep-iteration')
      assert.equal(segments.match(/\| offset: /g)?.length, records)
      assert.doesNotMatch(segments, /isvalid: false/i)

      const indexes = [...files('.index'), ...files('.timeindex')]
      assert.equal(dump(indexes, '--index-sanity-check').match(/passed sanity check/g)?.length, indexes.length)
      // Without options the tool holds every entry against its segment and tells what does not fit.
      assert.doesNotMatch(dump(indexes), /mismatch|not found|not increasing|out of order/i)

      assert.equal(dump(files('.snapshot').slice(-1)).match(/producerId: /g)?.length, producers)
    } finally {
      rmSync(path, { recursive: true })
    }
  },
)
