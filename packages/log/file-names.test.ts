import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom } from '@odradek/common/random'
import {
  offsetFileName,
  offsetOfFileName,
  parsePartitionDirectoryName,
  partitionDirectoryName,
  retiredDirectoryName,
  suffix,
} from './file-names.ts'

test('a file carries its offset in twenty digits', () => {
  assert.equal(offsetFileName(42, suffix.log), '00000000000000000042.log')
  assert.equal(offsetOfFileName('00000000000000000042.log', suffix.log), 42)
  assert.equal(offsetOfFileName('00009007199254740991.timeindex', suffix.timeIndex), Number.MAX_SAFE_INTEGER)
})

test('other names carry no offset', () => {
  for (const name of ['42.log', '00000000000000000042.log.deleted', '99999999999999999999.log', '0000000000000000004x.log', '.log'])
    assert.equal(offsetOfFileName(name, suffix.log), undefined, name)
})

test('the name of a partition directory is read back, dashes and dots in the topic included', () => {
  for (const topic of ['orders', 'a-1', 'my.topic_x', '__consumer_offsets', '-'])
    assert.deepEqual(parsePartitionDirectoryName(partitionDirectoryName(topic, 12)), { kind: 'partition', topic, partition: 12 })
})

test('a retired directory keeps to 255 characters and is recognised', () => {
  const random = new SeededRandom(1)
  const name = retiredDirectoryName('x'.repeat(249), 7, 'deleted', random)
  assert.equal(name.length, 255)
  assert.match(name, /^x+-7\.[0-9a-f]{32}-delete$/)
  assert.deepEqual(parsePartitionDirectoryName(name), { kind: 'deleted', topic: 'x'.repeat(255 - 42), partition: 7 })
  assert.deepEqual(parsePartitionDirectoryName(retiredDirectoryName('orders', 0, 'stray', random)), {
    kind: 'stray',
    topic: 'orders',
    partition: 0,
  })
  assert.equal(parsePartitionDirectoryName(`orders-3.${'0a'.repeat(16)}-future`)?.kind, 'future')
})

test('what is no directory of a partition is left alone', () => {
  for (const name of ['lost+found', 'orders', 'orders-', 'orders-01', '.hidden', 'or ders-0'])
    assert.equal(parsePartitionDirectoryName(name), undefined, name)
})
