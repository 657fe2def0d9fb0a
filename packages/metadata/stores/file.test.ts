import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryDisk } from '@odradek/common/disk'
import { UserError } from '@odradek/common/errors'
import type { MetadataStore } from '../store.ts'
import { put, storeContract } from './contract.ts'
import { FileStore, journalName } from './file.ts'

const path = `/data/${journalName}`
const disks = new WeakMap<MetadataStore, MemoryDisk>()

async function open(disk: MemoryDisk, options: { keptCommits?: number; compactAfterBytes?: number } = {}): Promise<FileStore> {
  const store = await FileStore.open({ disk, directory: '/data', ...options })
  disks.set(store, disk)
  return store
}

const reopen = (closed: MetadataStore): Promise<FileStore> => open(disks.get(closed) ?? new MemoryDisk())

storeContract({ name: 'file', make: (options) => open(new MemoryDisk(), options), reopen })
storeContract({
  name: 'file that is written anew all the time',
  make: (options) => open(new MemoryDisk(), { ...options, compactAfterBytes: 0 }),
  reopen,
})

async function filled(commits: number): Promise<MemoryDisk> {
  const disk = new MemoryDisk()
  await using store = await open(disk)
  for (let i = 0; i < commits; i++) await store.commit([put(`/${i}`, 'x'.repeat(20))])
  return disk
}

/** The journal without the room that it holds ahead: a frame ends with a brace. */
function journalIn(disk: MemoryDisk): Buffer {
  const bytes = disk.readFile(path)
  let end = bytes.length
  while (bytes[end - 1] === 0) end--
  return bytes.subarray(0, end)
}

function patch(disk: MemoryDisk, change: (bytes: Buffer) => Buffer): void {
  const changed = change(disk.readFile(path))
  const file = disk.open(path, 'write')
  file.truncate(0)
  file.writeSync(changed, 0, changed.length, 0)
  file.close()
}

test('a torn last commit is cut off, and what came before is there', async () => {
  const whole = journalIn(await filled(3)).length
  const before = journalIn(await filled(2)).length
  assert.ok(before < whole)
  for (let size = before + 1; size < whole; size++) {
    const disk = await filled(3)
    patch(disk, (bytes) => (size % 2 === 0 ? bytes.subarray(0, size) : Buffer.concat([bytes.subarray(0, size), Buffer.alloc(1000)])))
    const store = await open(disk)
    assert.equal((await store.readAll()).revision, 2)
    await store.commit([put('/2', 'again')])
    await store[Symbol.asyncDispose]()
    await using again = await open(disk)
    assert.equal((await again.read('/2'))?.value, 'again')
  }
})

// A frame began four bytes before the end of a sector; of a power cut that sector survived, and the next one was zeros. An
// empty body has the checksum 0, so a header of "FRME" and zeros was an intact frame with nothing in it, and "not a commit".
test('a frame of which nothing but its first word was written is torn too', async () => {
  const disk = await filled(2)
  patch(disk, (bytes) => Buffer.concat([bytes, Buffer.from('FRME'), Buffer.alloc(600)]))
  await using store = await open(disk)
  assert.equal((await store.readAll()).revision, 2)
})

test('every changed byte is noticed: the last commit is cut off, anything before it refuses to start', async () => {
  const intact = await filled(3)
  const bytes = journalIn(intact)
  const lastCommit = journalIn(await filled(2)).length
  for (let at = 0; at < bytes.length + 20; at++) {
    const disk = await filled(3)
    patch(disk, (all) => {
      all[at] = (all[at] ?? 0) ^ 0x41
      return all
    })
    if (at < lastCommit) {
      await assert.rejects(open(disk), (error) => error instanceof UserError && /damaged at byte \d+/.test(error.message), `byte ${at}`)
    } else {
      await using store = await open(disk)
      assert.equal((await store.readAll()).revision, at < bytes.length ? 2 : 3)
    }
  }
})

test('a journal of a newer format asks for the newer program', async () => {
  const disk = new MemoryDisk()
  await (await open(disk))[Symbol.asyncDispose]()
  const { crc32c } = await import('@odradek/common/bytes')
  patch(disk, (bytes) => {
    bytes.writeUInt32BE(2, 8)
    bytes.writeUInt32BE(crc32c(bytes, 0, 12), 12)
    return bytes
  })
  await assert.rejects(open(disk), /format 2 .* newer Odradek/)
})

test('commits of one turn, and those that come during an fsync, share the next one', async () => {
  const disk = new MemoryDisk()
  const store = await open(disk)
  const frames = (): number => disk.readFile(path).toString('latin1').split('FRME').length - 1
  const before = frames()
  await Promise.all(Array.from({ length: 100 }, (_, i) => store.commit([put(`/${i}`, i)])))
  assert.equal(frames() - before, 1)
  await store[Symbol.asyncDispose]()
})

test('a journal does not grow without end', async () => {
  const disk = new MemoryDisk()
  await using store = await open(disk, { compactAfterBytes: 10_000 })
  for (let i = 0; i < 2000; i++) await store.commit([put('/same', i)])
  assert.ok(journalIn(disk).length < 11_000)
  assert.ok(disk.readFile(path).length < 100_000)
  assert.equal((await store.read('/same'))?.value, 1999)
})

test('on a disk that others have filled to the last byte some commits still find room, over restarts too', async () => {
  const disk = new MemoryDisk({ capacityBytes: 1_000_000 })
  await (await open(disk))[Symbol.asyncDispose]()
  const first = await open(disk)
  await first.commit([put('/first', 1)])
  disk.open('/filler', 'create').truncate(disk.space('/').freeBytes)
  assert.equal(disk.space('/').freeBytes, 0)
  await first[Symbol.asyncDispose]()
  for (let i = 0; i < 20; i++) {
    await using store = await open(disk)
    await store.commit([put(`/${i}`, 'x'.repeat(500))])
  }
  await using store = await open(disk)
  assert.equal((await store.readAll()).entries.length, 21)
})

test('who looks at a store before it is opened sees what it holds and what was deleted, and may refuse; nothing is changed then', async () => {
  const disk = new MemoryDisk()
  const store = await open(disk)
  await store.commit([put('/kept', 1), put('/gone', 1), { key: '/mine', value: 1, ephemeral: true }])
  await store.commit([{ key: '/gone', value: undefined }])
  await store[Symbol.asyncDispose]()
  patch(disk, (bytes) => bytes.subarray(0, bytes.length - 1))
  const before = disk.readFile(path)
  const refusing = FileStore.open({
    disk,
    directory: '/data',
    admit: ({ snapshot, removed }) => {
      assert.deepEqual(
        snapshot.entries.map(({ key }) => key),
        ['/kept', '/mine'],
      )
      assert.deepEqual([...removed], ['/gone'])
      throw new UserError('no')
    },
  })
  await assert.rejects(refusing, /no/)
  assert.deepEqual(disk.readFile(path), before)
})

test('a full disk refuses commits and keeps what it has; with room again it goes on', async () => {
  const disk = new MemoryDisk({ capacityBytes: 4000 })
  const store = await open(disk)
  let kept = 0
  const fill = async (): Promise<void> => {
    for (;;) {
      await store.commit([put(`/${kept}`, 'x'.repeat(100))])
      kept++
    }
  }
  await assert.rejects(fill(), { code: 'ENOSPC' })
  assert.equal((await store.readAll()).entries.length, kept)
  await assert.rejects(store.commit([put('/more', 'x'.repeat(1000))]), { code: 'ENOSPC' })
  await store.commit([put('/little', 1)])
  await store[Symbol.asyncDispose]()
  await using again = await open(disk)
  assert.equal((await again.readAll()).entries.length, kept + 1)
})

test('after a failed fsync nothing is promised any more', async () => {
  class FailingDisk extends MemoryDisk {
    failing = false
    override open(...args: Parameters<MemoryDisk['open']>): ReturnType<MemoryDisk['open']> {
      const file = super.open(...args)
      const sync = file.sync.bind(file)
      file.sync = async () => {
        if (this.failing) throw new DiskError('EIO', file.path)
        return sync()
      }
      return file
    }
  }
  const { DiskError } = await import('@odradek/common/disk')
  const disk = new FailingDisk()
  const store = await open(disk)
  await store.commit([put('/a', 1)])
  disk.failing = true
  const lost = [store.commit([put('/a', 2)]), store.commit([put('/b', 2)])]
  for (const commit of lost) await assert.rejects(commit, /disk of the metadata store failed/)
  disk.failing = false
  await assert.rejects(store.commit([put('/c', 1)]), /disk of the metadata store failed/)
  assert.equal((await store.read('/a'))?.value, 1)
})
