import { Buffer } from 'node:buffer'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { nodeDisk } from '@odradek/common/disk'
import { silentLogger } from '@odradek/common/logging'
import { MetricsRegistry } from '@odradek/common/metrics'
import { systemRandom } from '@odradek/common/random'
import { systemClock, systemTimer } from '@odradek/common/time'
import { crcIsValid } from '@odradek/protocol/records'
import { LogMetrics } from './log-metrics.ts'
import { LogDirectory } from './log-directory.ts'
import { asClient, batchOf, defaultDirectorySettings, defaultLogSettings, topicId } from './log-fixture.ts'
import type { Log } from './log.ts'
import type { LogDirectorySettings } from './settings.ts'

/** `node packages/log/segmented-log.bench.ts [directory]`: what an append and a read cost, on the real disk. */

const root = process.argv[2] ?? mkdtempSync(`${tmpdir()}/odradek-log-bench-`)

async function open(name: string, config: Partial<LogDirectorySettings>): Promise<{ directory: LogDirectory; log: Log }> {
  const directory = await LogDirectory.open({
    path: `${root}/${name}`,
    disk: nodeDisk,
    clock: systemClock,
    timer: systemTimer,
    random: systemRandom,
    logger: silentLogger,
    metrics: new LogMetrics(new MetricsRegistry(systemClock)),
    config: { ...defaultDirectorySettings, ...config },
    expected: { clusterId: 'CLUSTERIDCLUSTERIDCLUA', nodeId: 1 },
  })
  const settings = { ...defaultLogSettings, fileDeleteDelayMs: 0, segmentBytes: 256 * 1024 * 1024 }
  return { directory, log: directory.logFor(topicId, 'bench', 0, () => settings, { create: true }) }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function report(what: string, startMs: number, count: number, bytes: number): void {
  const ms = performance.now() - startMs
  const perSecond = (bytes / 1e6 / (ms / 1000)).toFixed(0)
  console.log(`${what.padEnd(64)} ${((ms * 1000) / count).toFixed(2).padStart(8)} µs each ${perSecond.padStart(6)} MB/s`)
}

async function benchAppend(records: number, recordBytes: number, perTurn: number, durability: 'fsync' | 'page-cache'): Promise<void> {
  const batch = batchOf(records, { value: Buffer.alloc(recordBytes, 'v'), timestamp: Date.now() })
  const { directory, log } = await open(`append-${records}x${recordBytes}-${perTurn}-${durability}`, { durability })
  const total = Math.min(300_000, Math.ceil(400e6 / batch.length))
  const run = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i += perTurn) {
      for (let j = 0; j < perTurn; j++) log.append(batch, asClient)
      await turn()
    }
  }
  await run(total / 10)
  const startMs = performance.now()
  await run(total)
  report(`append ${batch.length} B (${records} records), ${perTurn} a turn, ${durability}`, startMs, total, total * batch.length)
  await directory.close()
}

async function benchRead(maxBytes: number, from: 'memory' | 'file'): Promise<void> {
  const batch = batchOf(16, { value: Buffer.alloc(1000, 'v'), timestamp: Date.now() })
  const { directory, log } = await open(`read-${maxBytes}-${from}`, {
    durability: 'page-cache',
    tailCacheBytes: from === 'memory' ? 64e6 : 0,
  })
  for (let i = 0; i < 2000; i++) {
    log.append(batch, asClient)
    if (i % 10 === 9) await turn()
  }
  await turn()
  let bytes = 0
  let count = 0
  const startMs = performance.now()
  for (let round = 0; round < 20; round++)
    for (let offset = 0; offset < log.endOffset; count++) {
      const answer = log.read(offset, { maxBytes, upToOffset: log.endOffset, atLeastOneBatch: true })
      const slice = answer instanceof Promise ? await answer : answer
      bytes += slice.bytes
      offset += (slice.bytes / batch.length) * 16
      slice.release()
    }
  report(`read ${maxBytes} B from ${from}`, startMs, count, bytes)
  await directory.close()
}

function benchCrc(records: number, recordBytes: number): void {
  const batch = batchOf(records, { value: Buffer.alloc(recordBytes, 'v') })
  const startMs = performance.now()
  let valid = 0
  for (let i = 0; i < 200_000; i++) if (crcIsValid(batch, 0)) valid++
  report(`CRC alone, ${batch.length} B`, startMs, valid, valid * batch.length)
}

try {
  benchCrc(1, 930)
  benchCrc(16, 1000)
  for (const durability of ['page-cache', 'fsync'] as const) {
    await benchAppend(1, 930, 1, durability)
    await benchAppend(1, 930, 50, durability)
    await benchAppend(9, 100, 50, durability)
    await benchAppend(16, 1000, 10, durability)
    await benchAppend(140, 100, 10, durability)
  }
  for (const from of ['memory', 'file'] as const) for (const maxBytes of [64 * 1024, 1024 * 1024]) await benchRead(maxBytes, from)
} finally {
  rmSync(root, { recursive: true, force: true })
}
