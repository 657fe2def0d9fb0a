import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { HeaderList, noHeaders } from './header-list.ts'

test('headers keep their order, duplicates and nulls', () => {
  const pairs = [
    ['a', Buffer.from('1')],
    ['b', null],
    ['a', Buffer.from('\uFEFF2')],
    ['', Buffer.alloc(0)],
  ] as const
  const headers = new HeaderList(pairs)
  assert.equal(headers.size, 4)
  assert.deepEqual([...headers], pairs)
  assert.equal(headers.text('a'), '\uFEFF2')
  assert.deepEqual(headers.all('a').map(String), ['1', '\uFEFF2'])
  assert.deepEqual(
    [headers.last('b'), headers.text('b'), headers.last('c'), headers.text('c'), headers.text('')],
    [null, undefined, undefined, undefined, ''],
  )
  assert.equal(noHeaders.size, 0)
})
