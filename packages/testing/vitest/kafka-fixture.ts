import { startBroker } from '../test-broker/index.ts'
import type { StartBrokerOptions, TestBroker } from '../test-broker/index.ts'

/**
 * A broker as a fixture: each test that asks for it has its own, which takes some milliseconds.
 *
 * ```ts
 * import { test as base } from 'vitest'
 * import { kafkaFixture } from 'odradek/vitest'
 *
 * const test = base.extend({ kafka: kafkaFixture({ topics: { orders: 3 } }) })
 *
 * test('an order is billed', async ({ kafka }) => {
 *   await kafka.produce('orders', [{ key: '1', value: { total: 3 } }])
 *   …
 * })
 * ```
 *
 * One for all tests of a file is `kafka: [kafkaFixture(), { scope: 'file' }]`, with a `kafka.reset()` where tests shall not see each other's records.
 */
export function kafkaFixture(options: StartBrokerOptions = {}): KafkaFixture {
  // eslint-disable-next-line no-empty-pattern -- vitest reads in the text of the function which other fixtures it needs: none
  return async ({}, use) => {
    const kafka = await startBroker(options)
    try {
      await use(kafka)
    } finally {
      await kafka.stop()
    }
  }
}

/** What vitest calls with the other fixtures and a function that runs the test. */
export type KafkaFixture = (context: object, use: (kafka: TestBroker) => Promise<void>) => Promise<void>
