import { startBroker } from '../test-broker/index.ts'
import type { StartBrokerOptions } from '../test-broker/index.ts'

/**
 * A broker for all test files together, which find it by KAFKA_BOOTSTRAP_SERVERS in `process.env`. Without options the module itself is such a setup:
 * `globalSetup: 'odradek/vitest'` in vitest.config.ts. With options it is a file of your own:
 *
 * ```ts
 * import { globalSetup } from 'odradek/vitest'
 *
 * export default globalSetup({ topics: { orders: 3 } })
 * ```
 */
export function globalSetup(options: StartBrokerOptions = {}): () => Promise<() => Promise<void>> {
  return async () => {
    const kafka = await startBroker(options)
    Object.assign(process.env, kafka.env)
    return () => kafka.stop()
  }
}

let running: (() => Promise<void>) | undefined

/** Called by vitest before the first test file. */
export async function setup(): Promise<void> {
  running = await globalSetup()()
}

/** Called by vitest after the last one. */
export async function teardown(): Promise<void> {
  await running?.()
}
