import type { ErrorName } from '@odradek/protocol'
import type { TopicsToCreate } from '../create-topics.ts'
import type { GroupView } from './groups/group-view.ts'
import type { Compression } from './records/append-records.ts'
import type { ProducedRecord } from './records/produced-record.ts'
import type { RecordPlace, TestRecord } from './records/test-record.ts'
import type { ApiName, BrokerRequest, RequestBody, ResponseBody } from './requests/apis.ts'
import type { Rule } from './requests/rule.ts'
import type { Duration } from './time/duration.ts'

/**
 * A Kafka broker in this process, for a test: the real one, on a port of this machine, with its data in memory. Clients of any kind and language
 * find it at `bootstrapServers`.
 *
 * ```ts
 * import { startBroker } from 'odradek/test'
 *
 * const kafka = await startBroker({ topics: { orders: 3 } })
 * await theServiceUnderTest(kafka.bootstrapServers)
 * await kafka.produce('orders', [{ key: '1', value: { total: 3 } }])
 * const [receipt] = await kafka.waitForRecords('receipts')
 * await kafka.stop()
 * ```
 */
export interface TestBroker extends AsyncDisposable {
  /** What clients are given: `127.0.0.1:54873`. */
  readonly bootstrapServers: string
  readonly port: number
  /** Environment variables that tell a program where the broker is, to spread into `process.env` or into that of a child. */
  readonly env: Readonly<Record<'KAFKA_BOOTSTRAP_SERVERS' | 'KAFKA_BROKERS' | 'BOOTSTRAP_SERVERS' | 'ODRADEK_BOOTSTRAP_SERVERS', string>>
  /** The time of the broker. */
  readonly clock: TestClock

  /** Makes topics: how many partitions each has, or more than that. */
  createTopics(topics: TopicsToCreate): Promise<void>

  /**
   * Writes records, and resolves with their places when consumers can read them. Keys and values that are neither text nor bytes go as JSON.
   * A topic that is not there is made, with one partition.
   */
  produce(topic: string, records: readonly ProducedRecord[], options?: ProduceOptions): Promise<readonly RecordPlace[]>

  /** The records of a topic that consumers can read at this moment, by partition and offset; none when there is no such topic. */
  snapshot<V = unknown>(topic: string): readonly TestRecord<V>[]

  /**
   * Resolves when a topic has records enough, with all of them; what was there before counts too. `V` is what the test knows their values to be.
   *
   * ```ts
   * const [receipt] = await kafka.waitForRecords<Receipt>('receipts', { where: ({ key }) => key === '1' })
   * ```
   */
  waitForRecords<V = unknown>(topic: string, options?: WaitForRecordsOptions<V>): Promise<readonly TestRecord<V>[]>

  /** A consumer group as it is now. */
  group(groupId: string): Promise<GroupView>

  /**
   * Resolves when a consumer group is as described: `{ lag: 0 }` when all is read and committed. Partitions of which the group has committed nothing lag by all
   * their records; while it rebalances, and before it has partitions, its lag is not known, and waited for.
   */
  waitForGroup(groupId: string, wanted?: WaitForGroupOptions): Promise<GroupView>

  /**
   * Lets the next request of an API fail, or the next few. What a client makes of it is its own affair: Kafka's clients try again after most errors.
   *
   * ```ts
   * kafka.failNext('Produce', { topic: 'orders', error: 'NOT_LEADER_OR_FOLLOWER', times: 2 })
   * kafka.failNext('Produce', { disconnect: true, applied: true }) // the records are there, and their producer does not know
   * ```
   */
  failNext<A extends ApiName>(api: A, how: FailNextOptions<A>): Rule

  /** Lets each request of an API wait before the broker looks at it. Those of one connection stay in their order. */
  delay(api: ApiName, duration: Duration): Rule

  /**
   * Has a function of the test stand between clients and the broker. It may look, wait, hand on other fields than came, answer in the
   * place of the broker, change its answer, or throw a `KafkaError` or anything else, which is UNKNOWN_SERVER_ERROR to the client.
   *
   * ```ts
   * kafka.intercept('OffsetCommit', async ({ body }, next) => {
   *   committed.push(...body.topics)
   *   return next()
   * })
   * ```
   */
  intercept<A extends ApiName>(api: A, interceptor: Interceptor<A>): Rule

  /** The requests that came since the start or the last reset, of one API or of all; the newest ten thousand. */
  requests<A extends ApiName>(wanted: RequestFilter<A>): readonly BrokerRequest<A>[]
  requests(wanted?: RequestFilter): readonly BrokerRequest[]

  /** Closes connections, those of one client (`client.id`) or all, as a network does that breaks. Gives how many there were. */
  dropConnections(wanted?: { readonly clientId?: string }): number

  /**
   * Ends the session of a member, or of all members of a group, as if its heartbeats had not come for `session.timeout.ms`: the group
   * rebalances, and the member hears UNKNOWN_MEMBER_ID when it comes again.
   */
  expireSession(groupId: string, memberId?: string): Promise<void>

  /** Fences off a transactional producer. This broker does not serve transactions yet, and says so. */
  fenceProducer(transactionalId: string): Promise<void>

  /**
   * As after the start, for the next test: topics, groups and settings are gone, those of `topics` are there anew and empty, no rule holds and no request
   * is remembered. The port stays, and so do connections. Clients that live on meet topics and groups that are not those they knew, which they get over
   * by themselves. Ids of producers are not given out again, and the clock is not turned back.
   */
  reset(): Promise<void>

  /** Stops it, with all its connections. Nothing of it is left. */
  stop(): Promise<void>
}

export interface ProduceOptions {
  readonly compression?: Compression
}

export interface WaitForRecordsOptions<V = unknown> {
  /** How many there must be at least; 1 by default. */
  readonly count?: number
  /** Only records for which it gives true count. */
  readonly where?: (record: TestRecord<V>) => boolean
  /** 5 seconds by default. */
  readonly timeout?: Duration
}

export interface WaitForGroupOptions {
  readonly state?: GroupView['state']
  /** How many records it has still to commit, over all its partitions. */
  readonly lag?: number
  /** How many members it has. */
  readonly members?: number
  /** 10 seconds by default. */
  readonly timeout?: Duration
}

/** One of both: an error of Kafka's, or a connection that is closed in the place of an answer. */
export type FailNextOptions<A extends ApiName = ApiName> = WhichToFail<A> &
  ({ readonly error: ErrorName; readonly disconnect?: false } | { readonly disconnect: true; readonly error?: undefined })

interface WhichToFail<A extends ApiName> {
  /** How many requests; 1 by default. `Infinity`: all, until the rule is removed. */
  readonly times?: number
  /** Only what concerns this topic; the rest of such a request is done as ever. */
  readonly topic?: string
  /** Only requests of this client (`client.id`). */
  readonly clientId?: string
  /** Only requests for which it gives true. */
  readonly where?: (request: BrokerRequest<A>) => boolean
  /** The broker does what it was asked for, and fails then. False by default: nothing is done. */
  readonly applied?: boolean
}

/** Gets a request and a way to hand it on, with its own fields or with others; what it gives is the answer. */
export type Interceptor<A extends ApiName = ApiName> = (
  request: BrokerRequest<A>,
  next: (body?: RequestBody<A>) => Promise<ResponseBody<A>>,
) => ResponseBody<A> | Promise<ResponseBody<A>>

export interface RequestFilter<A extends ApiName = ApiName> {
  readonly api?: A
  /** As the client calls itself (`client.id`). */
  readonly clientId?: string
}

export interface TestClock {
  /** Milliseconds since 1970. */
  now(): number
  /**
   * Moves the time of the broker ahead, and resolves when what became due has happened: segments older than `retention.ms` are gone, sessions have ended,
   * long polls are answered. Clients go on by the clock of the machine, and so do the timestamps that they give their records.
   */
  advance(duration: Duration): Promise<void>
}
