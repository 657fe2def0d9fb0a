import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ZERO_UUID } from '@odradek/common/bytes'
import { MemoryCoordinatorLog } from '../../runtime/memory-coordinator-log.ts'
import { GroupStory } from '../group-story.ts'
import { groupRecordFormat } from '../record-format.ts'

/** A log with plain commits, commits of transactions (with a producer id), tombstones and markers. */
function logOf(
  ...entries: readonly (
    | readonly [place: string, offset: number | null, producerId?: number]
    | { readonly marker: number; readonly committed: boolean }
  )[]
) {
  const log = new MemoryCoordinatorLog(1)
  for (const entry of entries) {
    if ('marker' in entry) {
      log.putMarker(0, entry.marker, entry.committed)
      continue
    }
    const [place, offset, producerId] = entry
    const [topic = '', partition = ''] = place.split('-')
    const value = offset === null ? null : { offset, leaderEpoch: -1, metadata: '', committedAtMs: 0, expiresAtMs: -1, topicId: ZERO_UUID }
    const record = groupRecordFormat.encode({ kind: 'offset-commit', groupId: 'g', topic, partition: Number(partition), value })
    log.put(0, [producerId === undefined ? record : { ...record, producerId }])
  }
  return log
}

async function offsets(log: MemoryCoordinatorLog, requireStable = true) {
  const story = await GroupStory.begin({}, log)
  return story.offsets(['a-0', 'a-1'], { requireStable })
}

test('offsets of a transaction count from its commit marker on', async () => {
  assert.deepEqual(await offsets(logOf(['a-0', 1, 7], { marker: 7, committed: true })), { 'a-0': 1, 'a-1': -1 })
})

test('offsets of an aborted transaction never counted', async () => {
  assert.deepEqual(await offsets(logOf(['a-0', 1], ['a-0', 2, 7], ['a-1', 2, 7], { marker: 7, committed: false })), { 'a-0': 1, 'a-1': -1 })
})

test('while a transaction is open, who wants stable offsets is told; others see what was before', async () => {
  const log = logOf(['a-0', 1], ['a-0', 2, 7], ['a-1', 2, 8], { marker: 8, committed: true })
  assert.deepEqual(await offsets(log), { 'a-0': 'UNSTABLE_OFFSET_COMMIT', 'a-1': 2 })
  assert.deepEqual(await offsets(log, false), { 'a-0': 1, 'a-1': 2 })
})

test('of a plain commit and one of a transaction the later record counts, not the later marker', async () => {
  assert.deepEqual(await offsets(logOf(['a-0', 1, 7], ['a-0', 2], { marker: 7, committed: true })), { 'a-0': 2, 'a-1': -1 })
  assert.deepEqual(await offsets(logOf(['a-0', 2], ['a-0', 1, 7], { marker: 7, committed: true })), { 'a-0': 1, 'a-1': -1 })
})

test('a tombstone takes what transactions hold back along', async () => {
  const log = logOf(['a-0', 1, 7], ['a-0', 1, 8], ['a-1', 3, 7], ['a-0', null], { marker: 7, committed: true })
  assert.deepEqual(await offsets(log), { 'a-0': -1, 'a-1': 3 })
})

test('a marker of a producer that committed no offsets means nothing here', async () => {
  assert.deepEqual(await offsets(logOf({ marker: 9, committed: true }, ['a-0', 1])), { 'a-0': 1, 'a-1': -1 })
})

test('an open transaction protects the offsets of an abandoned group from expiry', async () => {
  const story = await GroupStory.begin({ 'offsets.retention.minutes': 1 }, logOf(['a-0', 1], ['a-1', 1], ['a-0', 2, 7]))
  await story.pass(3_600_000)
  assert.deepEqual(await story.offsets(['a-0', 'a-1']), { 'a-0': 1, 'a-1': -1 })
  assert.equal(await story.state(), 'Empty')
})
