import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryDisk } from '@odradek/common/disk'
import { replaceFile } from './atomic-file.ts'
import { formatLeaderEpochs, LeaderEpochs, leaderEpochsName, readLeaderEpochs } from './leader-epochs.ts'

const epochs = (...starts: readonly (readonly [number, number])[]) =>
  LeaderEpochs.from(starts.map(([epoch, startOffset]) => ({ epoch, startOffset })))
const pairs = (of: LeaderEpochs) => of.all.map(({ epoch, startOffset }) => [epoch, startOffset])

test('an epoch ends where the next one begins, and the latest at the end of the log', () => {
  const log = epochs([3, 0], [5, 15])
  assert.deepEqual(log.endOf(5, 20), { epoch: 5, endOffset: 20 })
  assert.deepEqual(log.endOf(3, 20), { epoch: 3, endOffset: 15 })
  assert.deepEqual(log.endOf(4, 20), { epoch: 3, endOffset: 15 })
})

test('for epochs below the first the start of the log is the answer, for those above there is none', () => {
  const log = epochs([3, 7], [5, 15])
  assert.deepEqual(log.endOf(1, 20), { epoch: 1, endOffset: 7 })
  assert.deepEqual(log.endOf(6, 20), { epoch: -1, endOffset: -1 })
  assert.deepEqual(log.endOf(-1, 20), { epoch: -1, endOffset: -1 })
  assert.deepEqual(new LeaderEpochs().endOf(0, 0), { epoch: -1, endOffset: -1 })
})

test('each offset knows its epoch', () => {
  const log = epochs([3, 7], [5, 15])
  assert.deepEqual(
    [6, 7, 14, 15, 99].map((offset) => log.epochAt(offset)),
    [-1, 3, 3, 5, 5],
  )
})

test('a newer entry drops what contradicts it', () => {
  const log = epochs([1, 0], [2, 10], [3, 20])
  assert.equal(log.assign(3, 25), false)
  assert.equal(log.assign(4, 10), true)
  assert.deepEqual(pairs(log), [
    [1, 0],
    [4, 10],
  ])
  assert.equal(log.assign(-1, 50), false)
})

test('cutting the end forgets the epochs behind it', () => {
  const log = epochs([1, 0], [2, 10], [3, 20])
  assert.equal(log.truncateFromEnd(21), false)
  assert.equal(log.truncateFromEnd(20), true)
  assert.deepEqual(pairs(log), [
    [1, 0],
    [2, 10],
  ])
})

test('raising the start moves the epoch that holds it', () => {
  const log = epochs([1, 0], [2, 10], [3, 20])
  assert.equal(log.truncateFromStart(15), true)
  assert.deepEqual(pairs(log), [
    [2, 15],
    [3, 20],
  ])
  assert.equal(log.truncateFromStart(15), false)
  assert.equal(log.truncateFromStart(3), false)
})

test('the file is that of Kafka, and comes back', () => {
  const disk = new MemoryDisk()
  assert.equal(readLeaderEpochs(disk, '/t-0'), undefined)
  disk.makeDirectory('/t-0')
  const log = epochs([0, 0], [4, 1042])
  assert.equal(formatLeaderEpochs(log), '0\n2\n0 0\n4 1042\n')
  replaceFile(disk, `/t-0/${leaderEpochsName}`, formatLeaderEpochs(log))
  assert.deepEqual(readLeaderEpochs(disk, '/t-0')?.all, log.all)
  replaceFile(disk, `/t-0/${leaderEpochsName}`, '')
  assert.deepEqual(readLeaderEpochs(disk, '/t-0')?.all, [])
})

test('a file that makes no sense is not believed', () => {
  const disk = new MemoryDisk()
  disk.makeDirectory('/t-0')
  for (const text of [
    '1\n0\n',
    '0\n2\n0 0\n',
    '0\n1\n0\n',
    '0\n1\n0 x\n',
    '0\n2\n1 5\n0 9\n',
    '0\n2\n1 5\n2 5\n',
    '0\n1\n0 0',
    '0\n1\n-1 0\n',
    '\n',
  ]) {
    replaceFile(disk, `/t-0/${leaderEpochsName}`, text)
    assert.throws(() => readLeaderEpochs(disk, '/t-0'), /not a readable checkpoint/, JSON.stringify(text))
  }
})
