import assert from 'node:assert/strict'
import { test } from 'node:test'
import { directoryOf, makeDurableDirectory } from './durable-directory.ts'
import { MemoryDirectory } from './memory-directory.ts'
import { MemoryDisk } from './memory-disk.ts'

test('each directory that was made has a name that a power cut leaves', () => {
  const disk = new MemoryDisk()
  assert.equal(makeDurableDirectory(disk, '/a/b/c'), true)
  let directory = disk.root
  for (const name of ['a', 'b', 'c']) {
    const below = directory.durableNames().get(name)
    assert.ok(below instanceof MemoryDirectory, name)
    directory = below
  }
  assert.equal(makeDurableDirectory(disk, '/a/b/c'), false)
  assert.equal(makeDurableDirectory(disk, 'here'), true)
})

test('a path lies in the directory before its last slash', () => {
  assert.deepEqual(['/a/b', '/a', 'a', 'a/b', './a', '/'].map(directoryOf), ['/a', '/', '.', 'a', '.', '/'])
})
