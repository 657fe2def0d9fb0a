import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { diskContract } from './contract.ts'
import { MemoryDisk } from './memory-disk.ts'
import { MemoryFile } from './memory-file.ts'

for (const keepsDurable of [true, false]) {
  diskContract(`memory, durable image ${keepsDurable}`, () => {
    const disk = new MemoryDisk({ keepsDurable })
    disk.makeDirectory('/data')
    return { disk, directory: '/data' }
  })
}

test('a full disk takes what still fits without an error; only the next write learns that there is no room', () => {
  const disk = new MemoryDisk({ capacityBytes: 10 })
  const file = disk.open('a', 'create')
  const source = Buffer.alloc(8)
  assert.equal(file.writeSync(source, 0, 8, 0), 8)
  assert.equal(file.writeSync(source, 0, 8, 8), 2)
  assert.throws(() => file.writeSync(source, 0, 8, 10), { code: 'ENOSPC' })
  assert.throws(() => file.truncate(100), { code: 'ENOSPC' })
  assert.equal(file.writeSync(source, 0, 8, 1), 8, 'what is there can be written over')
  file.truncate(4)
  assert.deepEqual(disk.space('a'), { freeBytes: 6, totalBytes: 10 })
  disk.unlink('a')
  file.truncate(0)
  assert.equal(disk.space('a').freeBytes, 10)
})

test('space comes back when a file is replaced and when a tree is removed', () => {
  const disk = new MemoryDisk({ capacityBytes: 100 })
  disk.makeDirectory('t/deep')
  for (const path of ['t/a', 't/deep/b', 't/c']) disk.open(path, 'create').writeSync(Buffer.alloc(10), 0, 10, 0)
  disk.rename('t/a', 't/c')
  assert.equal(disk.space('t').freeBytes, 80)
  disk.removeTree('t')
  assert.equal(disk.space('t').freeBytes, 100)
})

for (const keepsDurable of [true, false])
  test(`readers see what was written and cut, and a power cut what was synced (kept: ${keepsDurable})`, () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('write' as const),
        at: fc.integer({ min: 0, max: 100_000 }),
        length: fc.integer({ min: 0, max: 70_000 }),
        fill: fc.integer({ min: 1, max: 255 }),
      }),
      fc.record({ kind: fc.constant('truncate' as const), size: fc.integer({ min: 0, max: 170_000 }) }),
      fc.record({ kind: fc.constant('sync' as const) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const file = new MemoryFile({ keepsDurable, modifiedMs: 0 })
        let seen = Buffer.alloc(0)
        let synced = seen
        for (const step of steps) {
          if (step.kind === 'sync') {
            file.sync()
            synced = Buffer.from(seen)
          } else if (step.kind === 'truncate') {
            file.truncate(step.size)
            seen = Buffer.concat([seen.subarray(0, step.size), Buffer.alloc(Math.max(0, step.size - seen.length))])
          } else {
            file.write(Buffer.alloc(step.length, step.fill), 0, step.length, step.at)
            if (step.length > 0) seen = Buffer.concat([seen, Buffer.alloc(Math.max(0, step.at + step.length - seen.length))])
            if (step.length > 0) seen.fill(step.fill, step.at, step.at + step.length)
          }
          assert.ok(file.image('volatile').equals(seen))
          if (keepsDurable) assert.ok(file.image('durable').equals(synced))
        }
      }),
    )
  })

test('after a failed sync readers see the bytes, and a second sync succeeds without having written them', () => {
  const file = new MemoryFile({ keepsDurable: true, modifiedMs: 0 })
  file.write(Buffer.from('lost'), 0, 4, 0)
  file.beginSync().fail()
  file.sync()
  assert.equal(file.image('volatile').toString(), 'lost')
  assert.equal(file.image('durable').toString(), '')
})

test('what a failed sync lost is durable once it was written again', () => {
  const file = new MemoryFile({ keepsDurable: true, modifiedMs: 0 })
  file.write(Buffer.from('lost'), 0, 4, 0)
  file.beginSync().fail()
  file.write(Buffer.from('lost'), 0, 4, 0)
  file.sync()
  assert.equal(file.image('durable').toString(), 'lost')
})

test('that a file was cut is not lost with a failed sync', () => {
  const file = new MemoryFile({ keepsDurable: true, modifiedMs: 0 })
  file.write(Buffer.from('to be cut'), 0, 9, 0)
  file.sync()
  file.truncate(2)
  file.beginSync().fail()
  file.sync()
  assert.equal(file.image('durable').toString(), 'to')
})

test('a sync that nobody waits for any more has nothing to take back after a newer one', () => {
  const file = new MemoryFile({ keepsDurable: true, modifiedMs: 0 })
  file.write(Buffer.from('before'), 0, 6, 0)
  file.beginSync() // its process was killed
  file.write(Buffer.from('and after'), 0, 9, 0)
  file.sync()
  assert.deepEqual(file.unsynced(), { sizes: [], pages: new Map() })
})

test('a sync that takes its time makes durable what was written before it began, not what came later', () => {
  const file = new MemoryFile({ keepsDurable: true, modifiedMs: 0 })
  file.write(Buffer.from('before'), 0, 6, 0)
  const first = file.beginSync()
  file.write(Buffer.from('AFTER, longer'), 0, 13, 0)
  assert.equal(file.image('durable').toString(), '')
  assert.equal(file.unsynced().pages.get(0)?.length, 2)
  const second = file.beginSync()
  file.write(Buffer.from('x'), 0, 1, 0)
  second.complete()
  first.complete()
  assert.equal(file.image('durable').toString(), 'AFTER, longer')
  assert.equal(file.image('volatile').toString(), 'xFTER, longer')
})

test('names are durable only after their directory was synced', () => {
  const disk = new MemoryDisk()
  disk.makeDirectory('d')
  const directory = disk.find('d')
  assert.ok(directory?.kind === 'directory')
  disk.open('d/a.tmp', 'create').close()
  disk.syncDirectory('d')
  disk.rename('d/a.tmp', 'd/a')
  disk.open('d/b', 'create').close()
  assert.deepEqual([...directory.durableNames().keys()], ['a.tmp'])
  assert.deepEqual(
    directory.unsynced().map((change) => change.kind),
    ['rename', 'link'],
  )
  disk.syncDirectory('d')
  assert.deepEqual([...directory.durableNames().keys()], ['a', 'b'])
})
