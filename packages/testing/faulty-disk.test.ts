import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { MemoryDisk } from '@odradek/common/disk'
import type { Disk, OpenFile } from '@odradek/common/disk'
import { SeededRandom } from '@odradek/common/random'
import { VirtualTime } from '@odradek/common/time'
import * as fc from 'fast-check'
import { FaultyDisk } from './faulty-disk.ts'
import { systematicSurvival } from './power-cut.ts'

const nothing = systematicSurvival({ keep: 'none', lost: 'old' })
const everything = systematicSurvival({ keep: 'all', lost: 'old' })

function machine(seed = 1): FaultyDisk {
  const disk = new FaultyDisk(new MemoryDisk(), new SeededRandom(seed))
  disk.makeDirectory('/data')
  disk.syncDirectory('/')
  return disk
}

function write(file: OpenFile, text: string, position = 0): number {
  return file.writeSync(Buffer.from(text), 0, Buffer.byteLength(text), position)
}

const names = (disk: Disk): string[] => disk.list('/data').map((entry) => entry.name)

test('a power cut keeps what was synced, bytes and names, and may take all the rest', () => {
  const disk = machine()
  const file = disk.open('/data/log', 'create')
  write(file, 'synced')
  file.syncSync()
  disk.syncDirectory('/data')
  write(file, ' and not', 6)
  disk.open('/data/new', 'create').syncSync()
  const found = disk.crash(nothing)
  assert.deepEqual(names(found), ['log'])
  assert.equal(found.readFile('/data/log').toString(), 'synced')
})

test('a power cut may also keep everything', () => {
  const disk = machine()
  const file = disk.open('/data/log.tmp', 'create')
  write(file, 'content')
  disk.rename('/data/log.tmp', '/data/log')
  const found = disk.crash(everything)
  assert.deepEqual(names(found), ['log'])
  assert.equal(found.readFile('/data/log').toString(), 'content')
})

test('a rename is kept or lost as one, also onto a file that was there', () => {
  for (const [survival, content] of [
    [nothing, 'old'],
    [everything, 'new'],
  ] as const) {
    const disk = machine()
    for (const [name, text] of [
      ['checkpoint', 'old'],
      ['checkpoint.tmp', 'new'],
    ] as const) {
      const file = disk.open(`/data/${name}`, 'create')
      write(file, text)
      file.syncSync()
    }
    disk.syncDirectory('/data')
    disk.rename('/data/checkpoint.tmp', '/data/checkpoint')
    assert.equal(disk.crash(survival).readFile('/data/checkpoint').toString(), content)
  }
})

test('a checkpoint that is renamed without having been synced may be found empty', () => {
  const disk = machine()
  const file = disk.open('/data/checkpoint.tmp', 'create')
  write(file, 'content')
  disk.rename('/data/checkpoint.tmp', '/data/checkpoint')
  disk.syncDirectory('/data')
  assert.equal(disk.crash(nothing).readFile('/data/checkpoint').toString(), '')
})

test('a removed name may be back after a power cut', () => {
  const disk = machine()
  const file = disk.open('/data/.kafka_cleanshutdown', 'create')
  file.syncSync()
  disk.syncDirectory('/data')
  disk.unlink('/data/.kafka_cleanshutdown')
  assert.deepEqual(names(disk.crash(nothing)), ['.kafka_cleanshutdown'])
})

test('lost sectors at the end are zeros or garbage, and their neighbours are whole', () => {
  for (const lost of ['old', 'zeros', 'garbage'] as const) {
    const disk = machine()
    const file = disk.open('/data/log', 'create')
    disk.syncDirectory('/data')
    write(file, 'b'.repeat(1536))
    const content = disk.crash(systematicSurvival({ keep: { allBut: 2 }, lost })).readFile('/data/log')
    assert.equal(content.subarray(0, 512).toString(), 'b'.repeat(512))
    assert.equal(content.subarray(1024).toString(), 'b'.repeat(512))
    const middle = lost === 'garbage' ? 0xa5 : 0
    assert.ok(content.subarray(512, 1024).every((byte) => byte === middle))
  }
})

test('a sector with synced bytes is found old or new, never torn', () => {
  for (const lost of ['old', 'zeros', 'garbage'] as const) {
    const disk = machine()
    const file = disk.open('/data/log', 'create')
    write(file, 'synced')
    file.syncSync()
    disk.syncDirectory('/data')
    write(file, ' and not', 6)
    assert.equal(
      disk
        .crash(systematicSurvival({ keep: { only: 0 }, lost }))
        .readFile('/data/log')
        .toString(),
      'synced\0\0\0\0\0\0\0\0',
    )
  }
})

test('the size may be ahead of the data', () => {
  const disk = machine()
  const file = disk.open('/data/log', 'create')
  disk.syncDirectory('/data')
  write(file, 'data')
  const content = disk.crash(systematicSurvival({ keep: { only: 0 }, lost: 'old' })).readFile('/data/log')
  assert.deepEqual(content, Buffer.alloc(4))
})

test('after a failed sync the next one succeeds, and the bytes are lost all the same', () => {
  const disk = machine()
  const file = disk.open('/data/log', 'create')
  disk.syncDirectory('/data')
  write(file, 'promised')
  disk.break({ on: 'sync', give: 'EIO' })
  assert.throws(() => file.syncSync(), { code: 'EIO', path: '/data/log' })
  file.syncSync()
  assert.equal(disk.readFile('/data/log').toString(), 'promised')
  assert.equal(disk.crash(everything).readFile('/data/log').toString(), '')
})

test('what is written while a sync is on its way is not part of it', async () => {
  const time = new VirtualTime()
  const disk = new FaultyDisk(new MemoryDisk(), new SeededRandom(1), { timer: time, latencyMs: () => 10 })
  const file = disk.open('/log', 'create')
  disk.syncDirectory('/')
  write(file, 'first')
  const syncing = file.sync()
  write(file, 'second', 5)
  await time.advance(10)
  await syncing
  assert.equal(disk.crash(nothing).readFile('/log').toString(), 'first')
})

test('a sync that the power cut overtook is never answered', async () => {
  const time = new VirtualTime()
  const disk = new FaultyDisk(new MemoryDisk(), new SeededRandom(1), { timer: time, latencyMs: () => 10 })
  const file = disk.open('/log', 'create')
  disk.syncDirectory('/')
  write(file, 'first')
  let answered = false
  void file.sync().then(() => (answered = true))
  const found = disk.crash(nothing)
  await time.advance(1000)
  assert.equal(answered, false)
  assert.equal(found.readFile('/log').toString(), '')
  assert.throws(() => write(file, 'x'), /lost its power/)
  assert.throws(() => disk.list('/'), /lost its power/)
})

test('a killed process loses nothing that it wrote', () => {
  const disk = machine()
  write(disk.open('/data/log', 'create'), 'in the page cache')
  const again = disk.kill()
  assert.throws(() => disk.stat('/data'), /lost its power/)
  assert.equal(again.readFile('/data/log').toString(), 'in the page cache')
})

test('planned faults strike where, as often and as they were told', () => {
  const disk = machine()
  const file = disk.open('/data/a.log', 'create')
  disk.break({ on: 'write', give: 'short', where: (path) => path.endsWith('.log') })
  disk.break({ on: 'open', give: 'EMFILE', times: 2 })
  disk.break({ on: 'rename', give: 'EROFS', likelihood: 0 })
  const written = write(file, '0123456789')
  assert.ok(written < 10)
  assert.equal(file.size(), written)
  assert.equal(write(file, '0123456789'), 10)
  assert.throws(() => disk.open('/data/b', 'create'), { code: 'EMFILE' })
  assert.throws(() => disk.open('/data/b', 'create'), { code: 'EMFILE' })
  disk.open('/data/b', 'create').close()
  disk.rename('/data/b', '/data/c')
  disk.break({ on: 'read', give: 'EIO' })
  assert.throws(() => file.readSync(Buffer.alloc(1), 0, 1, 0), { code: 'EIO' })
  disk.break({ on: 'sync directory', give: 'EIO' })
  disk.heal()
  disk.syncDirectory('/data')
})

test('whatever is written, synced and cut, synced bytes that were not touched again survive any power cut', () => {
  const step = fc.record({
    name: fc.constantFrom('a', 'b'),
    at: fc.nat(6000),
    length: fc.integer({ min: 1, max: 3000 }),
    sync: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), fc.nat(), (steps, seed) => {
      const disk = machine(seed)
      const files = new Map(
        ['a', 'b'].map((name) => [name, { file: disk.open(`/data/${name}`, 'create'), certain: new Map<number, number>() }]),
      )
      disk.syncDirectory('/data')
      steps.forEach(({ name, at, length, sync }, index) => {
        const entry = files.get(name)
        assert.ok(entry)
        const before = entry.file.size()
        const fill = index + 1
        entry.file.writeSync(Buffer.alloc(length, fill), 0, length, at)
        for (let i = at; i < at + length; i++) entry.certain.delete(i)
        if (!sync) return
        entry.file.syncSync()
        const content = disk.readFile(`/data/${name}`)
        content.forEach((byte, i) => entry.certain.set(i, byte))
        assert.ok(content.length >= before)
      })
      const found = disk.crash()
      for (const [name, { certain }] of files) {
        const content = found.readFile(`/data/${name}`)
        for (const [i, byte] of certain) assert.equal(content[i], byte, `${name} at ${i}`)
      }
    }),
  )
})

test('one seed tears the same things', () => {
  const run = (seed: number): string => {
    const disk = machine(seed)
    const file = disk.open('/data/log', 'create')
    disk.syncDirectory('/data')
    write(file, 'x'.repeat(5000))
    return disk.crash().readFile('/data/log').toString('latin1')
  }
  assert.equal(run(3), run(3))
  assert.ok(new Set([1, 2, 3, 4, 5, 6, 7, 8].map(run)).size > 2)
})
