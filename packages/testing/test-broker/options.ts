import type { TopicsToCreate } from '../create-topics.ts'

/** How much of what the broker has to say is written to stderr. */
export type TestLogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug'

/** What can be chosen when a broker is started for a test. */
export interface StartBrokerOptions {
  /**
   * Topics that are there before the first client comes, and again after each reset: how many partitions, or more than that.
   *
   * ```ts
   * await startBroker({ topics: { orders: 3, users: { partitions: 1, config: { 'cleanup.policy': 'compact' } } } })
   * ```
   *
   * Other topics are made when a client asks for them, unless `config` has `auto.create.topics.enable` as false.
   */
  readonly topics?: TopicsToCreate
  /** Where it listens, on 127.0.0.1; 0, the default, is any free port. */
  readonly port?: number
  /** Settings as in `server.properties`. */
  readonly config?: Readonly<Record<string, string | number | boolean>>
  /** Speaks no newer versions of Kafka's APIs than this release of Apache Kafka did, from 2.1 on: `'3.5'`. */
  readonly asVersion?: string
  /** Keeps the data in this directory, so that the next broker that is given it goes on with them. By default all is in memory, and gone after the test. */
  readonly dataDir?: string
  /** Makes ids of the cluster, of topics and of members the same in each run. */
  readonly seed?: number | string
  /** What is written to stderr; `silent` by default. With `debug` each request is. */
  readonly logLevel?: TestLogLevel
}
