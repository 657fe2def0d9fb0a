import { UserError } from '@odradek/common/errors'
import type { Broker } from '@odradek/broker'
import { createTopics } from '../create-topics.ts'
import type { TopicsToCreate } from '../create-topics.ts'
import type { RunningBroker } from '../start-broker.ts'
import { describeExpectation, describeGroup, isAsExpected } from './groups/group-expectation.ts'
import { viewGroup } from './groups/group-view.ts'
import type { GroupView } from './groups/group-view.ts'
import { patiently } from './patience.ts'
import { appendRecords } from './records/append-records.ts'
import type { ProducedRecord } from './records/produced-record.ts'
import type { RecordPlace, TestRecord } from './records/test-record.ts'
import { describeRecords, TopicReader } from './records/topic-reader.ts'
import type { ApiName, BrokerRequest } from './requests/apis.ts'
import { checkErrorName, FailStep } from './requests/fail-step.ts'
import { InterceptStep } from './requests/intercept-step.ts'
import type { Intercepting } from './requests/intercept-step.ts'
import type { RequestDoor } from './requests/request-door.ts'
import type { Rule, SeenRequest } from './requests/rule.ts'
import { checkHasTopics } from './requests/topic-split.ts'
import { reset } from './reset.ts'
import type {
  FailNextOptions,
  Interceptor,
  ProduceOptions,
  RequestFilter,
  TestBroker,
  TestClock,
  WaitForGroupOptions,
  WaitForRecordsOptions,
} from './test-broker.ts'
import type { BrokerTime } from './time/broker-time.ts'
import { milliseconds } from './time/duration.ts'
import type { Duration } from './time/duration.ts'

/** The broker of a test, as it runs. What it does is said in `TestBroker`. */
export class RunningTestBroker implements TestBroker {
  readonly bootstrapServers: string
  readonly port: number
  readonly env: TestBroker['env']
  readonly clock: TestClock
  readonly #running: RunningBroker
  readonly #door: RequestDoor
  readonly #time: BrokerTime
  readonly #topics: TopicsToCreate
  readonly #dataDirs: readonly string[]
  /** By topic: how many records without a key it was given. */
  readonly #withoutKey = new Map<string, number>()

  constructor(parts: {
    readonly running: RunningBroker
    readonly door: RequestDoor
    readonly time: BrokerTime
    readonly topics: TopicsToCreate
    readonly dataDirs: readonly string[]
  }) {
    const { running, time } = parts
    this.#running = running
    this.#door = parts.door
    this.#time = time
    this.#topics = parts.topics
    this.#dataDirs = parts.dataDirs
    this.port = running.port
    const { bootstrapServers } = running
    this.bootstrapServers = bootstrapServers
    this.env = {
      KAFKA_BOOTSTRAP_SERVERS: bootstrapServers,
      KAFKA_BROKERS: bootstrapServers,
      BOOTSTRAP_SERVERS: bootstrapServers,
      ODRADEK_BOOTSTRAP_SERVERS: bootstrapServers,
    }
    this.clock = { now: () => time.now(), advance: (duration) => time.advance(milliseconds(duration)) }
  }

  get #services(): Broker['services'] {
    return this.#running.broker.services
  }

  createTopics(topics: TopicsToCreate): Promise<void> {
    return createTopics(this.#running.broker, topics)
  }

  async produce(topic: string, records: readonly ProducedRecord[], options: ProduceOptions = {}): Promise<readonly RecordPlace[]> {
    const { replicas } = this.#services
    if (replicas.topic(topic) === undefined) await this.createTopics({ [topic]: this.#topics[topic] ?? 1 })
    const firstInTurn = this.#withoutKey.get(topic) ?? 0
    this.#withoutKey.set(topic, firstInTurn + records.filter(({ key }) => key === undefined || key === null).length)
    return appendRecords(replicas, { topic, records, compression: options.compression ?? 'none', nowMs: this.#time.now(), firstInTurn })
  }

  snapshot<V>(topic: string): readonly TestRecord<V>[]
  snapshot(topic: string): readonly TestRecord[] {
    return this.#reader(topic).read()
  }

  waitForRecords<V>(topic: string, options?: WaitForRecordsOptions<V>): Promise<readonly TestRecord<V>[]>
  async waitForRecords(topic: string, options: WaitForRecordsOptions = {}): Promise<readonly TestRecord[]> {
    const { count = 1, where = () => true, timeout = 5_000 } = options
    const reader = this.#reader(topic)
    const look = (): readonly TestRecord[] | undefined => {
      const found = reader.read().filter(where)
      return found.length >= count ? found : undefined
    }
    return patiently(timeout, look, () => {
      const wanted = `for ${count} ${count === 1 ? 'record' : 'records'} in ${topic}${options.where === undefined ? '' : ' of those that are wanted'}`
      return `${wanted}; ${this.#services.replicas.topic(topic) === undefined ? 'there is no such topic' : describeRecords(reader.read(), reader.read().filter(where).length)}`
    })
  }

  group(groupId: string): Promise<GroupView> {
    return viewGroup(this.#services, groupId)
  }

  async waitForGroup(groupId: string, wanted: WaitForGroupOptions = {}): Promise<GroupView> {
    let last: GroupView | undefined
    const look = async (): Promise<GroupView | undefined> => {
      last = await this.group(groupId)
      return isAsExpected(last, wanted) ? last : undefined
    }
    return patiently(wanted.timeout ?? 10_000, look, () => {
      return `for group ${groupId} ${describeExpectation(wanted)}; ${last === undefined ? 'it was not looked at' : describeGroup(last)}`
    })
  }

  failNext<A extends ApiName>(api: A, how: FailNextOptions<A>): Rule
  failNext(api: ApiName, how: ChosenRequests & Pick<FailNextOptions, 'error' | 'times' | 'applied' | 'topic' | 'clientId'>): Rule {
    const { topic, clientId, error } = how
    if (error !== undefined) checkErrorName(error)
    if (topic !== undefined) checkHasTopics(api)
    const step = new FailStep(this.#door.handlerOf(api), {
      error,
      times: how.times ?? 1,
      applied: how.applied === true,
      meets: (request) => (clientId ?? request.clientId) === request.clientId && (how.where?.(request) ?? true),
      topic: topic === undefined ? everyTopicOf(api, error) : ({ name, topicId }) => name === topic || topicId === this.#topicId(topic),
    })
    return this.#door.add(api, { step })
  }

  delay(api: ApiName, duration: Duration): Rule {
    return this.#door.add(api, { delayMs: milliseconds(duration) })
  }

  intercept<A extends ApiName>(api: A, interceptor: Interceptor<A>): Rule
  intercept(api: ApiName, interceptor: (...given: never) => unknown): Rule {
    // It meets requests of its API alone, and knows their fields.
    const intercepting: Intercepting = (...given) => Reflect.apply(interceptor, undefined, given)
    return this.#door.add(api, { step: new InterceptStep(this.#door.handlerOf(api), intercepting), isSlow: true })
  }

  requests<A extends ApiName>(wanted: RequestFilter<A>): readonly BrokerRequest<A>[]
  requests(wanted?: RequestFilter): readonly BrokerRequest[]
  requests(wanted: RequestFilter = {}): readonly SeenRequest[] {
    if (wanted.api !== undefined) this.#door.handlerOf(wanted.api)
    return this.#door.recorded.find(wanted)
  }

  dropConnections(wanted: { readonly clientId?: string } = {}): number {
    return this.#door.connections.drop(wanted.clientId)
  }

  async expireSession(groupId: string, memberId?: string): Promise<void> {
    const { members } = await this.group(groupId)
    const expired = members.filter((member) => (memberId ?? member.memberId) === member.memberId)
    if (expired.length === 0)
      throw new UserError(
        noMember(
          groupId,
          memberId,
          members.map((member) => member.memberId),
        ),
      )
    await this.#services.groups.leaveGroup(
      {
        groupId,
        memberId: '',
        members: expired.map((member) => ({ memberId: member.memberId, groupInstanceId: null, reason: 'its session expired' })),
      },
      { apiVersion: 5, clientId: 'odradek/test', clientHost: '/127.0.0.1' },
    )
  }

  fenceProducer(transactionalId: string): Promise<void> {
    return Promise.reject(
      new UserError(
        `${transactionalId} cannot be fenced off: this broker does not serve transactions yet. What a producer does when it is, ` +
          `shows with failNext('Produce', { error: 'INVALID_PRODUCER_EPOCH' })`,
      ),
    )
  }

  async reset(): Promise<void> {
    this.#door.clear()
    this.#withoutKey.clear()
    await reset(this.#running.broker, this.#topics)
    this.#door.recorded.clear()
  }

  async stop(): Promise<void> {
    this.#door.clear()
    this.#door.connections.drop(undefined)
    await this.#running.stop()
    this.#time.stop()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  #topicId(name: string): string | undefined {
    return this.#services.metadata.image.topics.byName(name)?.id
  }

  #reader(topic: string): TopicReader {
    return new TopicReader({ topic, disk: this.#running.disk, directories: this.#dataDirs, replicas: this.#services.replicas })
  }
}

/** An answer to Fetch has a place for errors of its session, and one for those of each partition, which clients treat as such. */
function everyTopicOf(api: ApiName, error: string | undefined): (() => true) | undefined {
  return api === 'Fetch' && error !== undefined && !/SESSION|UNKNOWN_SERVER_ERROR/.test(error) ? () => true : undefined
}

interface ChosenRequests {
  where?(request: SeenRequest): boolean
}

function noMember(groupId: string, memberId: string | undefined, members: readonly string[]): string {
  if (members.length === 0)
    return `Group ${groupId} has no members whose session could expire; wait for them with waitForGroup('${groupId}', { members: 1 })`
  return `Group ${groupId} has no member ${memberId}, but ${members.join(', ')}`
}
