/** What is measured, as users would write it: JavaScript beside an installed `odradek` and `@odradek/client`. Each writes one line of JSON. */
export const programs = {
  /** A process that has loaded nothing yet. */
  'cold.mjs': `
const beginning = performance.now()
const { startBroker } = await import('odradek/test')
const imported = performance.now()
const kafka = await startBroker({ topics: { orders: 3 } })
const started = performance.now()
await kafka.produce('orders', [{ key: 'a', value: { total: 1 } }])
await kafka.waitForRecords('orders')
const seen = performance.now()
await kafka.stop()
console.log(JSON.stringify({ importMs: imported - beginning, startMs: started - imported, recordMs: seen - started, residentMB: process.memoryUsage().rss / 1e6 }))
`,

  /** A process that has everything loaded: broker after broker, each with a client that writes and reads one record. */
  'running.mjs': `
import { Kafka, string, topic } from '@odradek/client'
import { startBroker } from 'odradek/test'

const orders = topic('orders', { key: string, value: string })
const rounds = []
for (let round = 0; round < 20; round++) {
  const beginning = performance.now()
  const kafka = await startBroker({ topics: { orders: 3 } })
  const started = performance.now()
  const client = new Kafka({ bootstrapServers: kafka.bootstrapServers })
  await client.producer().send(orders, { key: 'a', value: 'b' })
  const consumer = client.consumer({ groupId: 'g', topics: [orders], autoOffsetReset: 'earliest' })
  for await (const _record of consumer.records()) break
  const consumed = performance.now()
  await client.close()
  await kafka.createTopics(Object.fromEntries(Array.from({ length: 9 }, (_, index) => ['more-' + index, 3])))
  const resetting = performance.now()
  await kafka.reset()
  const reset = performance.now()
  await kafka.stop()
  rounds.push({ startMs: started - beginning, consumedMs: consumed - beginning, resetMs: reset - resetting, stopMs: performance.now() - reset })
}
console.log(JSON.stringify(rounds))
`,

  /** A hundred brokers, one after the other: what is left of them. */
  'hundred.mjs': `
import { connect } from 'node:net'
import { startBroker } from 'odradek/test'

async function useOne() {
  const kafka = await startBroker({ topics: { orders: 3 } })
  await kafka.produce('orders', [{ value: 'x'.repeat(10_000) }])
  await new Promise((resolve) => connect(kafka.port, '127.0.0.1').once('connect', resolve).once('close', resolve).unref())
  await kafka.stop()
}
async function settled() {
  // Memory outside of the heap goes a turn after its owner.
  for (let turn = 0; turn < 5; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 10))
    globalThis.gc()
  }
  return { handles: process.getActiveResourcesInfo().filter((name) => name !== 'Timeout').length, heapMB: process.memoryUsage().heapUsed / 1e6, externalMB: process.memoryUsage().external / 1e6, residentMB: process.memoryUsage().rss / 1e6 }
}
for (let warm = 0; warm < 20; warm++) await useOne()
const before = await settled()
const beginning = performance.now()
for (let one = 0; one < 100; one++) await useOne()
const eachMs = (performance.now() - beginning) / 100
const after = await settled()
console.log(JSON.stringify({ eachMs, ...Object.fromEntries(Object.keys(before).map((name) => [name, after[name] - before[name]])) }))
`,

  /** A test file of a user's; its process and that of the runner are measured from outside. */
  'alone.test.mjs': `
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBroker } from 'odradek/test'

test('a record is written and seen', async () => {
  const kafka = await startBroker({ topics: { orders: 3 } })
  await kafka.produce('orders', [{ key: 'a', value: { total: 1 } }])
  const [record] = await kafka.waitForRecords('orders')
  assert.equal(record.value.total, 1)
  await kafka.stop()
})
`,

  /** The same with our client as the program under test. */
  'client.test.mjs': `
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Kafka, string, topic } from '@odradek/client'
import { startBroker } from 'odradek/test'

const orders = topic('orders', { key: string, value: string })

test('a record is written and read', async () => {
  const kafka = await startBroker({ topics: { orders: 3 } })
  const client = new Kafka({ bootstrapServers: kafka.bootstrapServers })
  await client.producer().send(orders, { key: 'a', value: 'b' })
  for await (const { value } of client.consumer({ groupId: 'g', topics: [orders], autoOffsetReset: 'earliest' }).records()) {
    assert.equal(value, 'b')
    break
  }
  await client.close()
  await kafka.stop()
})
`,

  /** What the runner costs without any of it. */
  'empty.test.mjs': `
import { test } from 'node:test'

test('nothing', () => {})
`,
} as const
