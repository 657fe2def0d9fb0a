import { createRequire } from 'node:module'
import { join } from 'node:path'
import { startBroker } from '../test-broker/index.ts'
import type { StartBrokerOptions, TestBroker } from '../test-broker/index.ts'

/** The environment of a test file, as Jest has it for Node. */
interface NodeEnvironment {
  readonly global: typeof globalThis
  setup(): Promise<void>
  teardown(): Promise<void>
}

type NodeEnvironmentClass = new (config: EnvironmentConfig, context: unknown) => NodeEnvironment

interface EnvironmentConfig {
  readonly projectConfig: { readonly testEnvironmentOptions?: { readonly kafka?: StartBrokerOptions } }
}

const { TestEnvironment } = nodeEnvironment()

/**
 * An environment for Jest: Node's, with a broker for each test file. Tests find it as `kafka` among the globals, and at KAFKA_BOOTSTRAP_SERVERS in `process.env`; it is
 * reset before each test. `preset: 'odradek/jest'` chooses it, or `testEnvironment: 'odradek/jest'`, and `testEnvironmentOptions: { kafka: { topics: { orders: 3 } } }`
 * says how the broker is to be.
 *
 * It lives outside of the world that Jest makes for a test file, so that nothing of it has to be transformed for that.
 */
export class KafkaEnvironment extends TestEnvironment {
  readonly #options: StartBrokerOptions
  #kafka: TestBroker | undefined

  constructor(config: EnvironmentConfig, context: unknown) {
    super(config, context)
    this.#options = config.projectConfig.testEnvironmentOptions?.kafka ?? {}
  }

  override async setup(): Promise<void> {
    await super.setup()
    const kafka = await startBroker(this.#options)
    this.#kafka = kafka
    Object.assign(this.global, { kafka })
    Object.assign(this.global.process.env, kafka.env)
  }

  /** Called by jest-circus. */
  async handleTestEvent({ name }: { readonly name: string }): Promise<void> {
    if (name === 'test_start') await this.#kafka?.reset()
  }

  override async teardown(): Promise<void> {
    await this.#kafka?.stop()
    await super.teardown()
  }
}

/** Jest's environment for Node belongs to the project that is tested, and need not be among what it asked for itself. */
function nodeEnvironment(): { readonly TestEnvironment: NodeEnvironmentClass } {
  let from = join(process.cwd(), 'package.json')
  for (const name of ['jest', '@jest/core', 'jest-config']) {
    try {
      from = createRequire(from).resolve(name)
    } catch {
      continue
    }
  }
  return createRequire(from)('jest-environment-node')
}
