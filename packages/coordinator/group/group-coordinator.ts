import type { Logger } from '@odradek/common/logging'
import type { MetricsRegistry } from '@odradek/common/metrics'
import type { Random } from '@odradek/common/random'
import type { Clock, Timer } from '@odradek/common/time'
import { errorCode } from '@odradek/protocol'
import type { CoordinatorLog } from '../runtime/coordinator-log.ts'
import { Runtime } from '../runtime/runtime.ts'
import { joinRefused, syncRefused } from './classic/answers.ts'
import { introductionBytes } from './classic/member-memory.ts'
import type { Turn } from './classic/turn.ts'
import { answerOr, commitRefused, describeRefused, fetchAnswer, fetchError, groupsOf } from './failures.ts'
import type { GroupConfig } from './group-config.ts'
import type { GroupEvent } from './group-event.ts'
import { GroupMetrics } from './group-metrics.ts'
import type { GroupRecord } from './group-record.ts'
import { GroupShard } from './group-shard.ts'
import { hyphenatedUuid } from './member-id.ts'
import type {
  CommitAnswer,
  CommitRequest,
  DeleteAnswer,
  DeleteRequest,
  DescribeAnswer,
  DescribeRequest,
  FetchAnswer,
  FetchRequest,
  GroupContext,
  HeartbeatAnswer,
  HeartbeatRequest,
  JoinAnswer,
  JoinRequest,
  LeaveAnswer,
  LeaveRequest,
  ListAnswer,
  ListRequest,
  OffsetDeleteAnswer,
  OffsetDeleteRequest,
  SyncAnswer,
  SyncRequest,
} from './messages.ts'
import { partitionFor } from './partition-for.ts'
import { groupRecordFormat } from './record-format.ts'

/**
 * Groups as clients ask for them: finds the shard, and puts errors where each API has its place for them.
 *
 * Topics are the caller's business: it resolves topic ids, and leaves out what does not exist.
 */
export class GroupCoordinator {
  readonly #log: CoordinatorLog
  readonly #config: () => GroupConfig
  readonly #runtime: Runtime<GroupShard, GroupRecord, GroupEvent>

  constructor(options: GroupCoordinatorOptions) {
    const { log, clock, timer, random, logger, config, topicIdOf } = options
    const metrics = new GroupMetrics(options.metrics)
    this.#log = log
    this.#config = config
    this.#runtime = new Runtime({
      topic: '__consumer_offsets',
      log,
      format: groupRecordFormat,
      clock,
      timer,
      logger,
      observer: metrics,
      writeTimeoutMs: () => config()['offsets.commit.timeout.ms'],
      createShard: () => new GroupShard({ clock, config, logger, metrics, topicIdOf, memory, newId: () => hyphenatedUuid(random) }),
    })
    const heldBytes = (): number => this.#runtime.read((shard) => shard.heldBytes).reduce((sum, bytes) => sum + bytes, 0)
    const memory = (): ReturnType<Turn['memory']> => {
      const limit = config()['group.members.max.bytes']
      return { heldBytes: heldBytes(), limitBytes: limit < 0 ? partFor(options.memoryBytes) : limit }
    }
    metrics.observe({
      groups: () => this.#runtime.read((shard) => shard.countGroups()),
      offsets: () => this.#runtime.read((shard) => shard.countOffsets()),
      memory: heldBytes,
    })
  }

  /** The partition of `__consumer_offsets` whose leader coordinates the group. */
  partitionFor(groupId: string): number {
    return partitionFor(groupId, this.#log.partitionCount())
  }

  /** This broker leads the partition from now on: its groups are loaded, then served. */
  elected(partition: number, leaderEpoch: number): void {
    this.#runtime.elected(partition, leaderEpoch)
  }

  /** This broker leads the partition no longer. Whoever waits gets NOT_COORDINATOR. */
  resigned(partition: number, leaderEpoch?: number): void {
    this.#runtime.resigned(partition, leaderEpoch)
  }

  /** The topic was deleted: what groups have committed in it is forgotten. */
  topicDeleted(topic: string): void {
    this.#runtime.tellAll((shard, outcome) => shard.topicDeleted(topic, outcome))
  }

  /** Resigns from everything. */
  close(): void {
    this.#runtime.close()
  }

  async joinGroup(request: JoinRequest, context: GroupContext): Promise<JoinAnswer> {
    const { groupId, memberId, sessionTimeoutMs } = request
    const config = this.#config()
    if (groupId === '') return joinRefused('INVALID_GROUP_ID', memberId)
    if (sessionTimeoutMs < config['group.min.session.timeout.ms'] || sessionTimeoutMs > config['group.max.session.timeout.ms']) {
      return joinRefused('INVALID_SESSION_TIMEOUT', memberId)
    }
    // What can't be stored in the end is not taken in the beginning, and what lies in memory for a member is limited by it.
    if (introductionBytes(request.protocols) > Math.max(this.#log.maxAppendBytes(this.partitionFor(groupId)), leastIntroduction))
      return joinRefused('INVALID_REQUEST', memberId)
    return answerOr(
      this.#runtime.ask<JoinAnswer>(this.partitionFor(groupId), (shard, outcome, waiter) =>
        shard.joinGroup(request, context, waiter, outcome),
      ),
      joinRefused,
    )
  }

  async syncGroup(request: SyncRequest, context: GroupContext): Promise<SyncAnswer> {
    if (request.groupId === '') return syncRefused('INVALID_GROUP_ID')
    // From version 5 clients say what they believe the group has agreed on (KIP-559).
    if (context.apiVersion >= 5 && (request.protocolType === null || request.protocolName === null)) {
      return syncRefused('INCONSISTENT_GROUP_PROTOCOL')
    }
    return answerOr(
      this.#runtime.ask<SyncAnswer>(this.partitionFor(request.groupId), (shard, outcome, waiter) =>
        shard.syncGroup(request, waiter, outcome),
      ),
      syncRefused,
    )
  }

  async heartbeat(request: HeartbeatRequest): Promise<HeartbeatAnswer> {
    if (request.groupId === '') return { errorCode: errorCode('INVALID_GROUP_ID') }
    return answerOr<HeartbeatAnswer>(
      this.#runtime.ask(this.partitionFor(request.groupId), (shard, outcome) => shard.heartbeat(request, outcome)),
      // While the group is being read nobody's session runs, and there is nothing better to tell the member.
      (code) => ({ errorCode: errorCode(code === 'COORDINATOR_LOAD_IN_PROGRESS' ? 'NONE' : code) }),
    )
  }

  async leaveGroup(request: LeaveRequest, { apiVersion }: GroupContext): Promise<LeaveAnswer> {
    if (request.groupId === '') return { errorCode: errorCode('INVALID_GROUP_ID') }
    const members = apiVersion >= 3 ? request.members : [{ memberId: request.memberId, groupInstanceId: null, reason: null }]
    const answer = await answerOr<LeaveAnswer>(
      this.#runtime.ask(this.partitionFor(request.groupId), (shard, outcome) => shard.leaveGroup({ ...request, members }, outcome)),
      (code) => ({ errorCode: errorCode(code) }),
    )
    // Before version 3 the answer is about the one member.
    return apiVersion >= 3 ? answer : { errorCode: answer.errorCode === 0 ? (answer.members?.[0]?.errorCode ?? 0) : answer.errorCode }
  }

  async commitOffsets(request: CommitRequest, context: GroupContext): Promise<CommitAnswer> {
    return answerOr<CommitAnswer>(
      this.#runtime.ask(this.partitionFor(request.groupId), (shard, outcome) => shard.commitOffsets(request, context, outcome)),
      (code) => commitRefused(request, code),
    )
  }

  async fetchOffsets(request: FetchRequest, { apiVersion }: GroupContext): Promise<FetchAnswer> {
    const asked = groupsOf(request, apiVersion)
    const fetched = await Promise.all(
      asked.map((group) =>
        answerOr(
          this.#runtime.ask(this.partitionFor(group.groupId), (shard, outcome) =>
            shard.fetchOffsets(group, request.requireStable, outcome),
          ),
          (code) => ({ groupId: group.groupId, topics: [], errorCode: errorCode(fetchError(code)) }),
        ),
      ),
    )
    return fetchAnswer(fetched, asked, apiVersion)
  }

  async describeGroups(request: DescribeRequest, context: GroupContext): Promise<DescribeAnswer> {
    const groups = request.groups.map((groupId) =>
      answerOr(
        this.#runtime.ask(this.partitionFor(groupId), (shard) => shard.describeGroup(groupId, context)),
        (code) => describeRefused(groupId, code),
      ),
    )
    return { groups: await Promise.all(groups) }
  }

  /** The groups in the partitions that this broker leads. Filters are in any case; an unknown word fits nothing. */
  async listGroups({ statesFilter, typesFilter }: ListRequest): Promise<ListAnswer> {
    const states = new Set(statesFilter.map((state) => state.trim().toLowerCase()))
    const types = new Set(typesFilter.map((type) => type.trim().toLowerCase()))
    return answerOr<ListAnswer>(
      this.#runtime
        .askAll((shard) => shard.listGroups())
        .then((listed) => ({
          errorCode: 0,
          groups: listed.flat().filter(({ groupState, groupType }) => fits(states, groupState) && fits(types, groupType)),
        })),
      (code) => ({ errorCode: errorCode(code), groups: [] }),
    )
  }

  async deleteGroups({ groupsNames }: DeleteRequest): Promise<DeleteAnswer> {
    const byPartition = new Map<number, string[]>()
    for (const groupId of new Set(groupsNames)) {
      const partition = this.partitionFor(groupId)
      const groups = byPartition.get(partition)
      if (groups === undefined) byPartition.set(partition, [groupId])
      else groups.push(groupId)
    }
    const results = [...byPartition].map(([partition, groupIds]) =>
      answerOr(
        this.#runtime.ask(partition, (shard, outcome) => shard.deleteGroups(groupIds, outcome)),
        (code) => groupIds.map((groupId) => ({ groupId, errorCode: errorCode(code) })),
      ),
    )
    return { results: (await Promise.all(results)).flat() }
  }

  async deleteOffsets(request: OffsetDeleteRequest): Promise<OffsetDeleteAnswer> {
    if (request.groupId === '') return { errorCode: errorCode('INVALID_GROUP_ID'), topics: [] }
    return answerOr<OffsetDeleteAnswer>(
      this.#runtime.ask(this.partitionFor(request.groupId), (shard, outcome) => shard.deleteOffsets(request, outcome)),
      (code) => ({ errorCode: errorCode(code), topics: [] }),
    )
  }
}

/** For members, out of all memory: enough for 40,000 of them at least. */
function partFor(memoryBytes: number): number {
  return Math.min(Math.max(Math.floor(memoryBytes / 16), 67_108_864), 268_435_456)
}

/** Bytes that a member may say of itself in any case. */
const leastIntroduction = 64 * 1024

function fits(wanted: ReadonlySet<string>, word: string): boolean {
  return wanted.size === 0 || wanted.has(word.toLowerCase())
}

export interface GroupCoordinatorOptions {
  readonly log: CoordinatorLog
  readonly clock: Clock
  readonly timer: Timer
  readonly random: Random
  readonly logger: Logger
  readonly config: () => GroupConfig
  /** The id that the topic of this name has now; the zero uuid when there is none. */
  readonly topicIdOf: (topic: string) => string
  readonly metrics: MetricsRegistry
  /** What the machine has for this process: a part of it is for members, where no setting says how much. */
  readonly memoryBytes: number
}
