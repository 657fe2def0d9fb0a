import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsageError } from '../../usage-error.ts'
import { durationMs, formatDuration } from './duration.ts'
import { formatMoment, momentMs } from './moment.ts'
import { settingOf } from './setting.ts'
import { formatSize, sizeBytes } from './size.ts'

test('durations are written as people write them', () => {
  assert.deepEqual(['500ms', '30s', '1h30m', '7d', '1.5h', '2w', '', '5', '5 m', '-1h'].map(durationMs), [
    500,
    30_000,
    5_400_000,
    604_800_000,
    5_400_000,
    1_209_600_000,
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})

test('durations are said with two units at most', () => {
  assert.deepEqual([0, 999, 1000, 61_000, 93_784_000, 86_400_000, -5000].map(formatDuration), [
    '0ms',
    '999ms',
    '1s',
    '1m 1s',
    '1d 2h',
    '1d',
    '-5s',
  ])
})

test('sizes are binary with an i and decimal without', () => {
  assert.deepEqual(['64MiB', '100kB', '512B', '1.5GiB', '10', '5 XB'].map(sizeBytes), [
    67_108_864,
    100_000,
    512,
    1_610_612_736,
    undefined,
    undefined,
  ])
  assert.deepEqual([0, 1023, 1536, 123_456_789].map(formatSize), ['0 B', '1023 B', '1.5 KiB', '118 MiB'])
})

test('settings take units where their name says what they count', () => {
  assert.deepEqual(settingOf('-c', 'retention.ms=1d'), ['retention.ms', '86400000'])
  assert.deepEqual(settingOf('-c', 'segment.bytes=64MiB'), ['segment.bytes', '67108864'])
  assert.deepEqual(settingOf('-c', 'retention.ms=-1'), ['retention.ms', '-1'])
  assert.deepEqual(settingOf('-c', 'cleanup.policy=compact'), ['cleanup.policy', 'compact'])
  assert.throws(() => settingOf('-c', 'x'), UsageError)
})

test('a moment is a time, a day, a number, or so long ago', () => {
  const now = Date.parse('2026-11-28T10:00:00Z')
  assert.equal(momentMs('--from', '2h', now), now - 7_200_000)
  assert.equal(momentMs('--from', '-2h', now), now - 7_200_000)
  assert.equal(momentMs('--from', 'now', now), now)
  assert.equal(momentMs('--from', '2026-11-28T09:00:00Z', now), now - 3_600_000)
  assert.equal(momentMs('--from', '2026-11-28T10:00:00+01:00', now), now - 3_600_000)
  assert.equal(momentMs('--from', String(now), now), now)
  assert.equal(formatMoment(momentMs('--from', '2026-11-28', now)), '2026-11-28 00:00:00.000')
  assert.throws(() => momentMs('--from', 'yesterday', now), /write a moment as 2h/)
})
