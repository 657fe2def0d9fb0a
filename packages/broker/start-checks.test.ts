import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryDisk } from '@odradek/common/disk'
import { createLogger } from '@odradek/common/logging'
import { MetricsRegistry } from '@odradek/common/metrics'
import { SeededRandom } from '@odradek/common/random'
import { VirtualTime } from '@odradek/common/time'
import { readFileSettings } from './config/index.ts'
import { checkMachine } from './start-checks.ts'

function warningsOf(options: {
  readonly openFiles?: number
  readonly lastUsedMs?: number
  readonly settings?: Readonly<Record<string, string>>
}): string[] {
  const time = new VirtualTime()
  const disk = new MemoryDisk()
  if (options.lastUsedMs !== undefined) {
    disk.makeDirectory('/data')
    disk.open('/data/recovery-point-offset-checkpoint', 'create').close()
    disk.touch('/data/recovery-point-offset-checkpoint', time.now() + options.lastUsedMs)
  }
  const warnings: string[] = []
  const logger = createLogger({ clock: time, write: ({ level, message }) => void (level === 'warn' && warnings.push(message)) })
  checkMachine({
    settings: readFileSettings(new Map(Object.entries({ 'log.dirs': '/data', ...options.settings }))),
    disk,
    clock: time,
    timer: time,
    random: new SeededRandom(1),
    logger,
    metrics: new MetricsRegistry(time),
    machine: { memoryBytes: 1 << 30, openFiles: options.openFiles ?? 65_536 },
  })
  return warnings
}

test('a machine as it should be is not complained about', () => {
  assert.deepEqual(warningsOf({}), [])
  assert.deepEqual(warningsOf({ lastUsedMs: -86_400_000 }), [])
  assert.deepEqual(warningsOf({ lastUsedMs: 3_600_000 }), [])
})

test('few file descriptors, a clock that went back and a misspelt setting are told with what to do', () => {
  assert.match(warningsOf({ openFiles: 1024 }).join(), /may open 1024 files only.*Raise it/)
  assert.match(warningsOf({ lastUsedMs: 3_600_001 }).join(), /clock is more than an hour behind.*Set it right/)
  assert.match(warningsOf({ settings: { 'log.retention.hour': '1' } }).join(), /log\.retention\.hour.*Did you mean log\.retention\.hours/)
})
