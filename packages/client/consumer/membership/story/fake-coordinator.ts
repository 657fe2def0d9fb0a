import { Deferred } from '@odradek/common/async'
import type { VirtualTime } from '@odradek/common/time'
import { errorCode, KafkaError } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import { FakeClassicGroup } from './fake-classic-group.ts'
import { FakeConsumerGroup } from './fake-consumer-group.ts'
import { FakeOffsets } from './fake-offsets.ts'

export interface Asked {
  readonly broker: number
  readonly api: string
  readonly version: number
  // oxlint-disable-next-line typescript/no-explicit-any -- bodies of all APIs; the fakes read what they know of each
  readonly body: any
  readonly lane: string
}

/** The broker's side of a story: it knows its trade, and can be told to err, to be silent, and to move. */
export class FakeCoordinator {
  readonly #time: VirtualTime
  readonly classic: FakeClassicGroup
  readonly consumer: FakeConsumerGroup
  readonly offsets: FakeOffsets
  /** All requests, in order. */
  readonly asked: Asked[] = []
  /** The broker that is the coordinator; undefined: none can be found. */
  broker: number | undefined = 1
  #isSilent = false
  #unanswered: Deferred<void>[] = []
  readonly #failures: { readonly api: string; readonly failure: ErrorName | 'lost'; left: number }[] = []
  readonly #blocked = new Map<string, Deferred<void>>()

  constructor(time: VirtualTime) {
    this.#time = time
    this.classic = new FakeClassicGroup(time)
    this.consumer = new FakeConsumerGroup()
    this.offsets = new FakeOffsets((memberId, generationOrEpoch) =>
      this.consumer.has(memberId)
        ? this.consumer.commitError(memberId, generationOrEpoch)
        : this.classic.commitError(memberId, generationOrEpoch),
    )
  }

  /** Names of the APIs that were asked, without heartbeats. */
  get story(): string {
    return this.asked
      .map(({ api }) => api)
      .filter((api) => api !== 'Heartbeat')
      .join(' ')
  }

  count(api: string): number {
    return this.asked.filter((asked) => asked.api === api).length
  }

  last(api: string): Asked {
    const asked = this.asked.findLast((one) => one.api === api)
    if (asked === undefined) throw new Error(`${api} was not asked`)
    return asked
  }

  /** The next requests of this API fail: with a code, or `lost`, as when the connection breaks. */
  failNext(api: string, failure: ErrorName | 'lost', times = 1): void {
    this.#failures.push({ api, failure, left: times })
  }

  /** Answers nothing at all from now on. */
  silence(): void {
    this.#isSilent = true
  }

  speakAgain(): void {
    this.#isSilent = false
    for (const one of this.#unanswered.splice(0)) one.reject(new KafkaError('NETWORK_EXCEPTION'))
  }

  /** The next answer of this API comes when the returned function is called. */
  holdBack(api: string): () => void {
    const gate = new Deferred<void>()
    this.#blocked.set(api, gate)
    return () => gate.resolve()
  }

  async lookUp(): Promise<number> {
    await Promise.resolve()
    if (this.#isSilent) await this.#never()
    if (this.broker === undefined) throw new KafkaError('COORDINATOR_NOT_AVAILABLE')
    return this.broker
  }

  async ask(asked: Asked): Promise<unknown> {
    this.asked.push(asked)
    await Promise.resolve()
    if (this.#isSilent) await this.#never()
    const failure = this.#failures.find(({ api, left }) => api === asked.api && left > 0)
    if (failure !== undefined) {
      failure.left--
      if (failure.failure === 'lost') throw new KafkaError('NETWORK_EXCEPTION')
      return refusal(asked, errorCode(failure.failure))
    }
    if (asked.broker !== this.broker) return refusal(asked, errorCode('NOT_COORDINATOR'))
    const gate = this.#blocked.get(asked.api)
    this.#blocked.delete(asked.api)
    const answer = await this.#answer(asked)
    await gate?.promise
    return answer
  }

  get time(): VirtualTime {
    return this.#time
  }

  #answer(asked: Asked): unknown {
    switch (asked.api) {
      case 'JoinGroup':
        return this.classic.join(asked.body, asked.version)
      case 'SyncGroup':
        return this.classic.sync(asked.body)
      case 'Heartbeat':
        return { errorCode: this.classic.heartbeat(asked.body) }
      case 'LeaveGroup':
        return this.classic.leave(asked.body)
      case 'ConsumerGroupHeartbeat':
        return this.consumer.heartbeat(asked.body)
      case 'OffsetCommit':
        return this.offsets.commit(asked.body, asked.version)
      case 'OffsetFetch':
        return this.offsets.fetch(asked.body, asked.version)
      default:
        throw new Error(`the coordinator of a story knows no ${asked.api}`)
    }
  }

  async #never(): Promise<never> {
    const deferred = new Deferred<void>()
    this.#unanswered.push(deferred)
    await deferred.promise
    throw new KafkaError('NETWORK_EXCEPTION')
  }
}

/** An answer that is an error alone. */
function refusal({ api, body, version }: Asked, code: number): unknown {
  switch (api) {
    case 'JoinGroup':
      return {
        errorCode: code,
        generationId: -1,
        protocolType: null,
        protocolName: null,
        leader: '',
        skipAssignment: false,
        memberId: body.memberId,
        members: [],
      }
    case 'SyncGroup':
      return { errorCode: code, protocolType: null, protocolName: null, assignment: Buffer.alloc(0) }
    case 'ConsumerGroupHeartbeat':
      return { errorCode: code, errorMessage: null, memberId: null, memberEpoch: 0, heartbeatIntervalMs: 0, assignment: null }
    case 'OffsetCommit':
      return {
        topics: body.topics.map((topic: { name: string; topicId: string; partitions: { partitionIndex: number }[] }) => ({
          name: version >= 10 ? '' : topic.name,
          topicId: topic.topicId,
          partitions: topic.partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: code })),
        })),
      }
    case 'OffsetFetch':
      return version >= 8
        ? { topics: [], errorCode: 0, groups: [{ groupId: body.groups[0].groupId, topics: [], errorCode: code }] }
        : { topics: [], errorCode: code, groups: [] }
    default:
      return { errorCode: code, members: [] }
  }
}
