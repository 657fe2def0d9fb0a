import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { startBroker } from './index.ts'

/** What keeps this process alive, but for timers: those of the test runner come and go. */
const handles = (): readonly string[] => process.getActiveResourcesInfo().filter((name) => name !== 'Timeout' && name !== 'Immediate')

test('a hundred brokers, started, used and stopped one after the other, leave nothing open', async () => {
  const before = handles()
  for (let one = 0; one < 100; one++) {
    const kafka = await startBroker({ topics: { orders: 2 } })
    await kafka.produce('orders', [{ value: 'x' }])
    await new Promise<void>((resolve) => connect(kafka.port, '127.0.0.1', resolve).unref())
    kafka.delay('Fetch', '1 hour')
    await kafka.stop()
  }
  // Sockets that the broker has closed are gone a turn later.
  for (let turn = 0; turn < 100 && handles().length > before.length; turn++) await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(handles(), before)
})

test('twenty brokers at once are each their own', async () => {
  const brokers = await Promise.all(Array.from({ length: 20 }, () => startBroker({ topics: { orders: 1 } })))
  assert.equal(new Set(brokers.map(({ port }) => port)).size, 20)
  await Promise.all(brokers.map((kafka, index) => kafka.produce('orders', [{ value: `${index}` }])))
  assert.deepEqual(
    brokers.map((kafka) => kafka.snapshot('orders').map(({ value }) => value)),
    brokers.map((_, index) => [`${index}`]),
  )
  await Promise.all(brokers.map((kafka) => kafka.stop()))
})

test('a broker may be stopped twice, and told so at once', async () => {
  const kafka = await startBroker()
  await Promise.all([kafka.stop(), kafka.stop()])
  await kafka.stop()
})

test('a port that is taken is told as such', async () => {
  await using kafka = await startBroker()
  await assert.rejects(startBroker({ port: kafka.port }), { name: 'UserError', message: new RegExp(`${kafka.port}`) })
})
