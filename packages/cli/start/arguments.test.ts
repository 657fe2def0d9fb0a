import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { UsageError } from '../usage-error.ts'
import { startArguments } from './arguments.ts'

test('without arguments: localhost:9092, data in ./.odradek, and groups that do not wait', () => {
  const { settings, ephemeral } = startArguments([], {})
  assert.equal(settings.get('listeners'), 'PLAINTEXT://localhost:9092')
  assert.equal(settings.get('log.dirs'), resolve('.odradek'))
  assert.equal(settings.get('group.initial.rebalance.delay.ms'), '0')
  assert.equal(ephemeral, false)
})

test('an override beats a flag, a flag the environment, the environment the file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'odradek-arguments-'))
  const file = join(folder, 'server.properties')
  writeFileSync(file, 'num.partitions=1\nlog.retention.ms=1\nlog.dirs=/from/file\nmessage.max.bytes=1000\n')
  const { settings } = startArguments(
    ['--config', file, '--data-dir', '/from/flag', '--override', 'num.partitions=4', '--override', 'log.segment.bytes = 2000000'],
    { KAFKA_NUM_PARTITIONS: '3', KAFKA_LOG_RETENTION_MS: '2', KAFKA_LOG_DIRS: '/from/environment' },
  )
  assert.equal(settings.get('num.partitions'), '4')
  assert.equal(settings.get('log.retention.ms'), '2')
  assert.equal(settings.get('log.dirs'), '/from/flag')
  assert.equal(settings.get('message.max.bytes'), '1000')
  assert.equal(settings.get('log.segment.bytes'), '2000000')
  rmSync(folder, { recursive: true })
})

test('what contradicts itself or is no argument is told, with what to do', () => {
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [['--port', '70000'], /a port is a number from 0/],
    [['--port', 'x'], /a port is a number/],
    [['--port', '9093', '--override', 'listeners=PLAINTEXT://:9094'], /give one of them/],
    [['--ephemeral', '--data-dir', 'x'], /leave out --data-dir/],
    [['--override', 'num.partitions'], /write it as key=value/],
    [['--prot', '1'], /Unknown option '--prot'/],
  ]
  for (const [args, message] of wrong) {
    assert.throws(
      () => startArguments(args, {}),
      (error) => error instanceof UsageError && message.test(error.message),
      args.join(' '),
    )
  }
  assert.throws(() => startArguments(['--config', '/no/such/file'], {}), /cannot be read/)
})
