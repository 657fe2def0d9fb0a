import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { MemoryDisk } from '@odradek/common/disk'
import { SeededRandom } from '@odradek/common/random'
import { damageFile } from './disk-damage.ts'

test('each kind of damage changes the file in its own way', () => {
  const content = Buffer.from(Array.from({ length: 10_000 }, (_, i) => (i % 250) + 1))
  const damaged = (kind: Parameters<typeof damageFile>[2]): Buffer | undefined => {
    const disk = new MemoryDisk()
    const file = disk.open('/segment', 'create')
    file.writeSync(content, 0, content.length, 0)
    const told = damageFile(disk, '/segment', kind, new SeededRandom(kind))
    assert.match(told, /\/segment/)
    return disk.stat('/segment') && disk.readFile('/segment')
  }
  const differing = (found: Buffer | undefined): number => content.reduce((sum, byte, i) => sum + (byte === found?.[i] ? 0 : 1), 0)
  assert.equal(differing(damaged('flipped bit')), 1)
  assert.ok([4096, 10_000 - 8192].includes(differing(damaged('zero page'))))
  assert.ok((damaged('truncation')?.length ?? content.length) < content.length)
  assert.ok(differing(damaged('misdirected write')) > 0)
  assert.equal(damaged('missing file'), undefined)
})
