import assert from 'node:assert/strict'
import { test } from 'node:test'
import { produceBatch, startBroker } from '@odradek/testing'
import { batchOf, consumerOf, textOf } from './consumer-fixture.ts'

const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, at) => String(from + at))

test('records of an assigned partition come in order from the beginning', async () => {
  await using kafka = await startBroker({ topics: { orders: 1 } })
  await using wire = await kafka.connect()
  for (let i = 0; i < 10; i++) await produceBatch(wire, { topic: 'orders', batch: batchOf(numbers(i * 100, i * 100 + 100)) })
  await using consumer = consumerOf(kafka.bootstrapServers, { autoOffsetReset: 'earliest' })
  consumer.assign([{ topic: 'orders', partition: 0 }])
  const seen: string[] = []
  for await (const record of consumer.records()) {
    assert.equal(record.offset, seen.length)
    seen.push(textOf(record.value) ?? '')
    if (seen.length === 1000) break
  }
  assert.deepEqual(seen, numbers(0, 1000))
})

test('the record at which a loop was left comes again, with what followed it', async () => {
  await using kafka = await startBroker({ topics: { orders: 1 } })
  await using wire = await kafka.connect()
  await produceBatch(wire, { topic: 'orders', batch: batchOf(numbers(0, 10)) })
  await using consumer = consumerOf(kafka.bootstrapServers, { autoOffsetReset: 'earliest' })
  consumer.assign([{ topic: 'orders', partition: 0 }])
  for await (const record of consumer.records()) if (record.offset === 3) break
  const seen: number[] = []
  for await (const record of consumer.records()) {
    seen.push(record.offset)
    if (record.offset === 9) break
  }
  assert.deepEqual(seen, [3, 4, 5, 6, 7, 8, 9])
})

test('a member of a group commits what it has processed, and its successor goes on there', async () => {
  await using kafka = await startBroker({ topics: { orders: 3 }, config: { 'group.initial.rebalance.delay.ms': '0' } })
  await using wire = await kafka.connect()
  for (let partition = 0; partition < 3; partition++)
    await produceBatch(wire, { topic: 'orders', partition, batch: batchOf(numbers(0, 20)) })
  const read = async (count: number): Promise<string[]> => {
    await using consumer = consumerOf(kafka.bootstrapServers, { groupId: 'billing', autoOffsetReset: 'earliest' })
    consumer.subscribe(['orders'])
    const seen: string[] = []
    for await (const record of consumer.records()) {
      if (seen.length === count) break
      seen.push(`${record.partition}/${record.offset}`)
    }
    return seen
  }
  const first = await read(25)
  const second = await read(34)
  assert.equal(new Set([...first, ...second]).size, 59)
})
