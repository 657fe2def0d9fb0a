import { after, afterEach, beforeEach } from 'node:test'
import { startBroker } from '../test-broker/index.ts'
import type { StartBrokerOptions, TestBroker } from '../test-broker/index.ts'

/**
 * A broker for the tests of a file, or of a suite: it is there at once, is reset before each test, and stops after the last one. Subtests go on with what their
 * test has, and so do tests that run at the same time.
 *
 * ```ts
 * import { test } from 'node:test'
 * import { useBroker } from 'odradek/node-test'
 *
 * const kafka = await useBroker({ topics: { orders: 3 } })
 *
 * test('an order is billed', async () => {
 *   await kafka.produce('orders', [{ key: '1', value: { total: 3 } }])
 *   …
 * })
 * ```
 */
export async function useBroker(options: StartBrokerOptions = {}): Promise<TestBroker> {
  const kafka = await startBroker(options)
  let running = 0
  beforeEach(async () => {
    if (++running === 1) await kafka.reset()
  })
  afterEach(() => {
    running--
  })
  after(() => kafka.stop())
  return kafka
}
