import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Disk, OpenFile } from './disk.ts'
import { DiskError } from './disk.ts'

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')

function write(file: OpenFile, text: string, position: number): void {
  const source = bytes(text)
  assert.equal(file.writeSync(source, 0, source.length, position), source.length)
}

function create(disk: Disk, path: string, text: string): void {
  const file = disk.open(path, 'create')
  write(file, text, 0)
  file.close()
}

const failsWith = (code: string, path: string) => (error: unknown) =>
  error instanceof DiskError && error.code === code && error.path === path && error.message.includes(path)

/** What every `Disk` promises. `make` gives a disk and the path of an existing, empty directory on it. */
export function diskContract(name: string, make: () => { readonly disk: Disk; readonly directory: string }): void {
  const check = (what: string, body: (disk: Disk, directory: string) => void | Promise<void>): void => {
    test(`${name}: ${what}`, () => {
      const { disk, directory } = make()
      return body(disk, directory)
    })
  }

  check('what is written at a position is read back from there, synchronously and not', async (disk, directory) => {
    const file = disk.open(`${directory}/a.log`, 'create')
    write(file, 'hello world', 0)
    write(file, 'W', 6)
    const target = Buffer.alloc(10, '.')
    assert.equal(file.readSync(target, 2, 7, 6), 5)
    assert.equal(target.latin1Slice(0, 10), '..World...')
    assert.equal(await file.read(target, 0, 5, 0), 5)
    assert.equal(target.latin1Slice(0, 10), 'hellold...')
    assert.equal(file.size(), 11)
    file.close()
    assert.equal(disk.readFile(`${directory}/a.log`).toString(), 'hello World')
  })

  check('a read is short at the end of the file and 0 behind it', async (disk, directory) => {
    const file = disk.open(`${directory}/a`, 'create')
    write(file, 'abc', 0)
    const target = Buffer.alloc(8)
    assert.equal(file.readSync(target, 0, 8, 1), 2)
    assert.equal(await file.read(target, 0, 8, 3), 0)
    assert.equal(file.readSync(target, 0, 8, 100), 0)
    file.close()
  })

  check('a gap reads as zeros, and so does what was cut off when the file grows again', (disk, directory) => {
    const file = disk.open(`${directory}/a`, 'create')
    write(file, 'x', 9000)
    file.truncate(2)
    write(file, 'abcdef', 0)
    file.truncate(3)
    file.truncate(6)
    write(file, 'z', 10_000)
    const content = disk.readFile(`${directory}/a`)
    const expected = Buffer.alloc(10_001)
    expected.write('abc')
    expected.write('z', 10_000)
    assert.ok(content.equals(expected))
    file.close()
  })

  check('large files keep every byte', (disk, directory) => {
    const file = disk.open(`${directory}/big`, 'create')
    const source = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7) & 255))
    for (let at = 0; at < source.length; at += 7777) file.writeSync(source, at, Math.min(at + 7777, source.length), at)
    file.syncSync()
    assert.ok(disk.readFile(`${directory}/big`).equals(source))
    file.close()
  })

  check('the four ways to open', (disk, directory) => {
    const path = `${directory}/a`
    assert.throws(() => disk.open(path, 'read'), failsWith('ENOENT', path))
    assert.throws(() => disk.open(path, 'write'), failsWith('ENOENT', path))
    disk.open(path, 'exclusive').close()
    assert.throws(() => disk.open(path, 'exclusive'), failsWith('EEXIST', path))
    create(disk, path, 'kept')
    disk.open(path, 'create').close()
    const reader = disk.open(path, 'read')
    assert.equal(reader.size(), 4)
    assert.throws(() => reader.writeSync(bytes('x'), 0, 1, 0), failsWith('EBADF', path))
    reader.close()
  })

  check('a directory lists its names in order, with their kind', (disk, directory) => {
    disk.makeDirectory(`${directory}/orders-0/deep/er`)
    disk.makeDirectory(`${directory}/orders-0`)
    create(disk, `${directory}/b`, '')
    create(disk, `${directory}/a`, '')
    assert.deepEqual(disk.list(directory), [
      { name: 'a', isDirectory: false },
      { name: 'b', isDirectory: false },
      { name: 'orders-0', isDirectory: true },
    ])
    assert.throws(() => disk.list(`${directory}/none`), failsWith('ENOENT', `${directory}/none`))
  })

  check('stat tells size, kind and time, and undefined for what is not there', (disk, directory) => {
    create(disk, `${directory}/a`, 'four')
    disk.touch(`${directory}/a`, 1_700_000_000_123)
    assert.deepEqual(disk.stat(`${directory}/a`), { size: 4, modifiedMs: 1_700_000_000_123, isDirectory: false })
    assert.equal(disk.stat(directory)?.isDirectory, true)
    assert.equal(disk.stat(`${directory}/none`), undefined)
    assert.equal(disk.stat(`${directory}/none/deeper`), undefined)
  })

  check('a rename replaces the file at its goal, and an open handle follows its file', (disk, directory) => {
    create(disk, `${directory}/old`, 'old')
    const file = disk.open(`${directory}/new.tmp`, 'create')
    write(file, 'new', 0)
    disk.rename(`${directory}/new.tmp`, `${directory}/old`)
    write(file, 'er', 3)
    file.close()
    assert.equal(disk.readFile(`${directory}/old`).toString(), 'newer')
    assert.deepEqual(
      disk.list(directory).map((entry) => entry.name),
      ['old'],
    )
    assert.throws(() => disk.rename(`${directory}/none`, `${directory}/x`), failsWith('ENOENT', `${directory}/none`))
  })

  check('a directory moves with all that is in it', (disk, directory) => {
    disk.makeDirectory(`${directory}/t-0`)
    create(disk, `${directory}/t-0/0.log`, 'records')
    disk.rename(`${directory}/t-0`, `${directory}/t-0.f00-delete`)
    assert.equal(disk.readFile(`${directory}/t-0.f00-delete/0.log`).toString(), 'records')
    disk.removeTree(`${directory}/t-0.f00-delete`)
    disk.removeTree(`${directory}/t-0.f00-delete`)
    assert.deepEqual(disk.list(directory), [])
  })

  check('a deleted file can still be read by who has it open', (disk, directory) => {
    create(disk, `${directory}/a`, 'still here')
    const file = disk.open(`${directory}/a`, 'read')
    disk.unlink(`${directory}/a`)
    assert.equal(disk.stat(`${directory}/a`), undefined)
    const target = Buffer.alloc(10)
    assert.equal(file.readSync(target, 0, 10, 0), 10)
    file.close()
    assert.throws(() => disk.unlink(`${directory}/a`), failsWith('ENOENT', `${directory}/a`))
  })

  check('a closed file refuses everything, and closing again does no harm', async (disk, directory) => {
    const path = `${directory}/a`
    const file = disk.open(path, 'create')
    file.close()
    file.close()
    assert.throws(() => file.size(), failsWith('EBADF', path))
    assert.throws(() => file.readSync(Buffer.alloc(1), 0, 1, 0), failsWith('EBADF', path))
    assert.throws(() => file.writeSync(Buffer.alloc(1), 0, 1, 0), failsWith('EBADF', path))
    assert.throws(() => file.syncSync(), failsWith('EBADF', path))
    await assert.rejects(file.sync(), failsWith('EBADF', path))
    await assert.rejects(file.read(Buffer.alloc(1), 0, 1, 0), failsWith('EBADF', path))
  })

  check('what runs when a file is closed is still answered', async (disk, directory) => {
    const file = disk.open(`${directory}/a`, 'create')
    write(file, 'abc', 0)
    const target = Buffer.alloc(3)
    const reading = file.read(target, 0, 3, 0)
    const syncing = file.sync()
    file.close()
    assert.equal(await reading, 3)
    await syncing
    assert.equal(target.toString(), 'abc')
  })

  check('names and bytes can be synced, and the volume tells its space', async (disk, directory) => {
    const file = disk.open(`${directory}/a`, 'create')
    write(file, 'abc', 0)
    file.syncSync()
    await file.sync()
    file.close()
    disk.syncDirectory(directory)
    const { freeBytes, totalBytes } = disk.space(directory)
    assert.ok(freeBytes > 0 && totalBytes >= freeBytes)
  })
}
