import { Buffer } from 'node:buffer'
import { ByteWriter, ZERO_UUID } from '@odradek/common/bytes'
import { silentLogger } from '@odradek/common/logging'
import { MetricsRegistry } from '@odradek/common/metrics'
import { SeededRandom } from '@odradek/common/random'
import { VirtualTime } from '@odradek/common/time'
import { errorName } from '@odradek/protocol'
import { MemoryCoordinatorLog } from '../runtime/memory-coordinator-log.ts'
import { GroupCoordinator } from './group-coordinator.ts'
import type { GroupConfig } from './group-config.ts'
import type { CommitRequest, GroupContext, JoinAnswer, JoinRequest, SyncAnswer } from './messages.ts'

/**
 * A coordinator with one partition, its clock standing still, and members to try it with. For tests:
 *
 * ```ts
 * const story = await GroupStory.begin()
 * const ann = story.member('ann')
 * await ann.join()
 * await story.pass(3_000)
 * ann.joined.generationId // 1
 * ```
 */
export class GroupStory {
  readonly time = new VirtualTime()
  readonly log: MemoryCoordinatorLog
  readonly config: { -readonly [Name in keyof GroupConfig]: GroupConfig[Name] }
  /** Topics that have an id; others are taken as they come. */
  readonly topicIds = new Map<string, string>()
  registry = new MetricsRegistry(this.time)
  coordinator: GroupCoordinator
  #epoch = 1

  private constructor(config: Partial<GroupConfig>, log: MemoryCoordinatorLog) {
    this.log = log
    this.config = { ...usualConfig, ...config }
    this.coordinator = this.#coordinator(this.registry)
    this.coordinator.elected(0, this.#epoch)
  }

  static async begin(config: Partial<GroupConfig> = {}, log = new MemoryCoordinatorLog(1)): Promise<GroupStory> {
    const story = new GroupStory(config, log)
    await story.time.runTurn()
    return story
  }

  member(name: string, options: Partial<MemberOptions> = {}): StoryMember {
    return new StoryMember(this, { groupId: 'g', clientId: name, ...usualMember, ...options })
  }

  /** Virtual milliseconds go by. */
  async pass(ms: number): Promise<void> {
    await this.time.advance(ms)
  }

  /** The broker dies; another one, or the same anew, becomes the coordinator out of what was committed. */
  async failOver(): Promise<void> {
    this.log.forgetUncommitted()
    this.coordinator.close()
    this.#epoch++
    this.registry = new MetricsRegistry(this.time)
    this.coordinator = this.#coordinator(this.registry)
    this.coordinator.elected(0, this.#epoch)
    await this.time.runTurn()
  }

  async state(groupId = 'g'): Promise<string> {
    return (await this.describe(groupId)).groupState
  }

  async describe(groupId = 'g') {
    const answer = this.coordinator.describeGroups({ groups: [groupId], includeAuthorizedOperations: false }, contextOf('admin', 6))
    await this.time.runTurn()
    const [group] = (await answer).groups
    if (group === undefined) throw new Error('the coordinator answers for each group')
    return group
  }

  /** Commits without being a member, or with what `request` says. */
  async commit(offsets: Readonly<Record<string, number | bigint>>, request: Partial<CommitRequest> = {}, apiVersion = 9) {
    const answer = watch(this.coordinator.commitOffsets(commitRequest(offsets, request), contextOf('admin', apiVersion)))
    await this.time.runTurn()
    return answer.answer?.topics.flatMap(({ partitions }) => partitions.map((partition) => errorName(partition.errorCode)))
  }

  /** Committed offsets by `topic-partition`; `null` asks for all. */
  async offsets(places: readonly string[] | null = null, options: { groupId?: string; requireStable?: boolean } = {}) {
    const topics = places?.map((place) => ({
      name: place.split('-')[0] ?? '',
      topicId: ZERO_UUID,
      partitionIndexes: [Number(place.split('-')[1])],
    }))
    const groups = [{ groupId: options.groupId ?? 'g', memberId: null, memberEpoch: -1, topics: topics ?? null }]
    const request = { groupId: '', topics: [], groups, requireStable: options.requireStable ?? false }
    const answer = watch(this.coordinator.fetchOffsets(request, contextOf('admin', 9)))
    await this.time.runTurn()
    const found: Record<string, number | bigint | string> = {}
    for (const group of answer.answer?.groups ?? []) {
      for (const { name, partitions } of group.topics) {
        for (const { partitionIndex, committedOffset, errorCode } of partitions) {
          found[`${name}-${partitionIndex}`] = errorCode === 0 ? committedOffset : errorName(errorCode)
        }
      }
    }
    return found
  }

  #coordinator(metrics: MetricsRegistry): GroupCoordinator {
    return new GroupCoordinator({
      log: this.log,
      clock: this.time,
      timer: this.time,
      random: new SeededRandom(this.#epoch),
      logger: silentLogger,
      config: () => this.config,
      topicIdOf: (topic) => this.topicIds.get(topic) ?? ZERO_UUID,
      metrics,
      memoryBytes: 2 ** 30,
    })
  }
}

export interface MemberOptions {
  readonly groupId: string
  readonly clientId: string
  readonly instanceId: string | null
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly protocolType: string
  readonly protocols: readonly string[]
  readonly topics: readonly string[]
  readonly apiVersion: number
}

/** One consumer. It keeps what it was told, as a client would. */
export class StoryMember {
  readonly #story: GroupStory
  options: MemberOptions
  memberId = ''
  generation = -1
  protocol: string | null = null
  lastJoin: Watched<JoinAnswer> = {}
  lastSync: Watched<SyncAnswer> = {}

  constructor(story: GroupStory, options: MemberOptions) {
    this.#story = story
    this.options = options
  }

  /** The answer to the last join. Fails when there is none yet. */
  get joined(): JoinAnswer {
    if (this.lastJoin.answer === undefined) throw new Error(`the join of ${this.options.clientId} is not answered`)
    return this.lastJoin.answer
  }

  get isJoining(): boolean {
    return this.lastJoin.answer === undefined
  }

  get isSyncing(): boolean {
    return this.lastSync.answer === undefined
  }

  get isLeader(): boolean {
    return this.joined.leader === this.memberId
  }

  /** What the last sync brought, as text. */
  get assignment(): string {
    if (this.lastSync.answer === undefined) throw new Error(`the sync of ${this.options.clientId} is not answered`)
    return this.lastSync.answer.errorCode === 0
      ? Buffer.from(this.lastSync.answer.assignment).toString()
      : errorName(this.lastSync.answer.errorCode)
  }

  /** The error of the last join. */
  get joinError(): string {
    return errorName(this.joined.errorCode)
  }

  /** Sends one join and looks what has come of it by the end of the turn. */
  async sendJoin(changes: Partial<JoinRequest> = {}): Promise<Watched<JoinAnswer>> {
    const { groupId, sessionTimeoutMs, rebalanceTimeoutMs, instanceId, protocolType, protocols, topics } = this.options
    const request: JoinRequest = {
      groupId,
      sessionTimeoutMs,
      rebalanceTimeoutMs,
      memberId: this.memberId,
      groupInstanceId: instanceId,
      protocolType,
      protocols: protocols.map((name) => ({ name, metadata: subscription(topics) })),
      reason: null,
      ...changes,
    }
    const join = watch(this.#story.coordinator.joinGroup(request, this.context), (answer) => {
      if (answer.memberId !== '') this.memberId = answer.memberId
      if (answer.errorCode !== 0) return
      this.generation = answer.generationId ?? -1
      this.protocol = answer.protocolName
    })
    this.lastJoin = join
    await this.#story.time.runTurn()
    return join
  }

  /** Joins as clients do: where it is told to come back with an id, it does. */
  async join(changes: Partial<JoinRequest> = {}): Promise<this> {
    await this.sendJoin(changes)
    if (this.lastJoin.answer !== undefined && errorName(this.lastJoin.answer.errorCode) === 'MEMBER_ID_REQUIRED')
      await this.sendJoin(changes)
    return this
  }

  /** As leader, with what each member gets. */
  async sync(assignments: readonly (readonly [StoryMember | string, string])[] = []): Promise<this> {
    this.lastSync = watch(
      this.#story.coordinator.syncGroup(
        {
          groupId: this.options.groupId,
          generationId: this.generation,
          memberId: this.memberId,
          groupInstanceId: this.options.instanceId,
          protocolType: this.options.protocolType,
          protocolName: this.protocol,
          assignments: assignments.map(([member, assignment]) => ({
            memberId: typeof member === 'string' ? member : member.memberId,
            assignment: Buffer.from(assignment),
          })),
        },
        this.context,
      ),
    )
    await this.#story.time.runTurn()
    return this
  }

  async heartbeat(): Promise<string> {
    const answer = watch(
      this.#story.coordinator.heartbeat({
        groupId: this.options.groupId,
        generationId: this.generation,
        memberId: this.memberId,
        groupInstanceId: this.options.instanceId,
      }),
    )
    await this.#story.time.runTurn()
    return answer.answer === undefined ? 'no answer' : errorName(answer.answer.errorCode)
  }

  async leave(): Promise<string> {
    const answer = watch(
      this.#story.coordinator.leaveGroup(
        {
          groupId: this.options.groupId,
          memberId: '',
          members: [{ memberId: this.memberId, groupInstanceId: this.options.instanceId, reason: null }],
        },
        contextOf(this.options.clientId, 5),
      ),
    )
    await this.#story.time.runTurn()
    return errorName(answer.answer?.members?.[0]?.errorCode ?? -1)
  }

  async commit(offsets: Readonly<Record<string, number>>, changes: Partial<CommitRequest> = {}): Promise<string | undefined> {
    const who = { memberId: this.memberId, generationIdOrMemberEpoch: this.generation, groupInstanceId: this.options.instanceId }
    const errors = await this.#story.commit(offsets, { groupId: this.options.groupId, ...who, ...changes })
    return errors?.[0]
  }

  get context(): GroupContext {
    return contextOf(this.options.clientId, this.options.apiVersion)
  }
}

/** A stable group of these members, the first of them its leader; each is given its own name. */
export async function stableGroup(story: GroupStory, ...members: StoryMember[]): Promise<void> {
  for (const member of members) await member.join()
  await story.pass(story.config['group.initial.rebalance.delay.ms'] * (members.length + 1))
  await syncAll(members)
}

/** All ask for their assignment, the leader gives each its own name. */
export async function syncAll(members: readonly StoryMember[]): Promise<void> {
  const leader = members.find((member) => member.isLeader)
  for (const member of members) if (member !== leader) await member.sync()
  await leader?.sync(members.map((member) => [member, member.options.clientId]))
}

/** What a consumer says of itself (version 0 of the consumer protocol): the topics it subscribes. */
export function subscription(topics: readonly string[]): Buffer {
  const writer = new ByteWriter(64)
  writer.int16(0)
  writer.int32(topics.length)
  for (const topic of topics) {
    const bytes = Buffer.from(topic)
    writer.int16(bytes.length)
    writer.bytes(bytes)
  }
  writer.int32(-1)
  return writer.finish()
}

export function commitRequest(offsets: Readonly<Record<string, number | bigint>>, request: Partial<CommitRequest> = {}): CommitRequest {
  return {
    groupId: 'g',
    generationIdOrMemberEpoch: -1,
    memberId: '',
    groupInstanceId: null,
    retentionTimeMs: -1,
    topics: Object.entries(offsets).map(([place, committedOffset]) => ({
      name: place.split('-')[0] ?? '',
      topicId: ZERO_UUID,
      partitions: [{ partitionIndex: Number(place.split('-')[1]), committedOffset, committedLeaderEpoch: -1, committedMetadata: '' }],
    })),
    ...request,
  }
}

export function contextOf(clientId: string, apiVersion: number): GroupContext {
  return { clientId, apiVersion, clientHost: '/127.0.0.1' }
}

/** A promise whose end can be looked at. */
export interface Watched<Answer> {
  answer?: Answer
}

export function watch<Answer>(promise: Promise<Answer>, then: (answer: Answer) => void = () => {}): Watched<Answer> {
  const watched: Watched<Answer> = {}
  promise.then(
    (answer) => {
      watched.answer = answer
      then(answer)
    },
    (error: unknown) => {
      queueMicrotask(() => {
        throw error
      })
    },
  )
  return watched
}

export const usualConfig: GroupConfig = {
  'group.min.session.timeout.ms': 6_000,
  'group.max.session.timeout.ms': 1_800_000,
  'group.initial.rebalance.delay.ms': 3_000,
  'group.max.size': 10_000,
  'group.members.max.bytes': -1,
  'offset.metadata.max.bytes': 4_096,
  'offsets.retention.minutes': 10_080,
  'offsets.retention.check.interval.ms': 600_000,
  'offsets.commit.timeout.ms': 5_000,
}

const usualMember = {
  instanceId: null,
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 60_000,
  protocolType: 'consumer',
  protocols: ['range'],
  topics: ['orders'],
  apiVersion: 9,
}
