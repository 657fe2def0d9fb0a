import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Shop, shopTopics } from './shop.ts'

const happened = (seed: string, clicks: number) => {
  const shop = new Shop(seed)
  return Array.from({ length: clicks }, () => shop.next()).flat()
}

test('the same seed is the same shop', () => {
  assert.deepEqual(happened('a', 500), happened('a', 500))
  assert.notDeepEqual(happened('a', 500), happened('b', 500))
})

test('every topic gets records, every payment has its order, and who has left orders no more', () => {
  const records = happened('odradek', 20_000)
  assert.deepEqual([...new Set(records.map(({ topic }) => topic))].toSorted(), shopTopics.map(({ name }) => name).toSorted())
  const orders = new Set(records.filter(({ topic }) => topic === 'shop.orders').map(({ value }) => value?.['id']))
  const payments = records.filter(({ topic }) => topic === 'shop.payments')
  assert(payments.length > 1000)
  assert(payments.every(({ value }) => orders.has(value?.['order'])))
  const gone = records.findIndex(({ value }) => value === null)
  assert(gone > 0, 'somebody left')
  assert(records.slice(gone + 1).every(({ key }) => key !== records[gone]?.key))
})
