import { Buffer } from 'node:buffer'
import type { Random } from '@odradek/common/random'
import { errorName } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import { commitRequest, contextOf, subscription } from './group-story.ts'
import type { GroupCoordinator } from './group-coordinator.ts'
import type { JoinAnswer } from './messages.ts'

/**
 * A consumer that behaves as clients do: joins, asks for its assignment, sends heartbeats and commits, and begins again
 * after what an error tells it. It does one thing at a time, when it is told to `act`.
 */
export class SimulatedConsumer {
  readonly name: string
  readonly instanceId: string | null
  readonly #world: ConsumerWorld
  readonly #random: Random
  readonly #apiVersion: number
  readonly #sessionTimeoutMs: number
  #memberId = ''
  #generation = -1
  #assignedGeneration = -1
  #leader = ''
  #protocol: string | null = null
  #members: JoinAnswer['members'] = []
  #state: 'out' | 'joined' | 'in' | 'dead' = 'out'
  #isBusy = false
  owned: readonly number[] = []

  constructor(name: string, instanceId: string | null, world: ConsumerWorld, random: Random) {
    this.name = name
    this.instanceId = instanceId
    this.#world = world
    this.#random = random
    this.#apiVersion = [3, 5, 9][random.nextInt(3)] ?? 9
    this.#sessionTimeoutMs = 6_000 + random.nextInt(10_000)
  }

  get isIn(): boolean {
    return this.#state === 'in'
  }

  get isDead(): boolean {
    return this.#state === 'dead'
  }

  /** Whether it waits for an answer. */
  get isBusy(): boolean {
    return this.#isBusy
  }

  /** It dies without a word; answers that still come are lost. */
  crash(): void {
    this.#state = 'dead'
    this.owned = []
  }

  act(): void {
    if (this.#isBusy || this.#state === 'dead') return
    this.#isBusy = true
    const acting = this.#state === 'out' ? this.#join() : this.#state === 'joined' ? this.#sync() : this.#live()
    acting.then(
      () => {
        this.#isBusy = false
      },
      (error: unknown) => this.#world.broken(error),
    )
  }

  async leave(): Promise<void> {
    const { coordinator } = this.#world
    const members = [{ memberId: this.#memberId, groupInstanceId: this.instanceId, reason: null }]
    this.crash()
    await coordinator.leaveGroup({ groupId: 'g', memberId: '', members }, contextOf(this.name, 5))
  }

  /** Its subscription changes, so it joins again. */
  changeMind(): void {
    if (this.#state === 'in') this.#state = 'out'
  }

  async #join(): Promise<void> {
    const answer = await this.#world.coordinator.joinGroup(
      {
        groupId: 'g',
        sessionTimeoutMs: this.#sessionTimeoutMs,
        rebalanceTimeoutMs: 20_000,
        memberId: this.#memberId,
        groupInstanceId: this.#apiVersion >= 5 ? this.instanceId : null,
        protocolType: 'consumer',
        protocols: [{ name: 'range', metadata: subscription(['orders', `v${this.#random.nextInt(2)}`]) }],
        reason: null,
      },
      contextOf(this.name, this.#apiVersion),
    )
    const error = errorName(answer.errorCode)
    if (this.#state === 'dead') return
    if (error === 'NONE') {
      this.#memberId = answer.memberId
      this.#generation = answer.generationId ?? -1
      this.#leader = answer.leader
      this.#protocol = answer.protocolName
      this.#members = answer.skipAssignment === true ? [] : answer.members
      this.#state = 'joined'
      this.#world.generationGiven(this.#generation, this.#assignedGeneration, this.name)
    } else if (error === 'MEMBER_ID_REQUIRED') {
      this.#memberId = answer.memberId
    } else {
      this.#recover(error)
    }
  }

  async #sync(): Promise<void> {
    const isLeader = this.#leader === this.#memberId
    const answer = await this.#world.coordinator.syncGroup(
      {
        groupId: 'g',
        generationId: this.#generation,
        memberId: this.#memberId,
        groupInstanceId: this.#apiVersion >= 5 ? this.instanceId : null,
        protocolType: 'consumer',
        protocolName: this.#protocol,
        assignments: isLeader ? this.#assign() : [],
      },
      contextOf(this.name, this.#apiVersion),
    )
    const error = errorName(answer.errorCode)
    if (this.#state === 'dead') return
    if (error !== 'NONE') return this.#recover(error)
    this.#state = 'in'
    this.#assignedGeneration = this.#generation
    this.owned = Buffer.from(answer.assignment).toString().split(',').filter(Boolean).map(Number)
    this.#world.assigned(this.#generation, this.instanceId ?? this.#memberId, this.owned)
  }

  /** Partitions in turn to members in turn. */
  #assign() {
    return this.#members.map(({ memberId }, index) => ({
      memberId,
      assignment: Buffer.from(
        Array.from({ length: this.#world.partitions }, (_, partition) => partition)
          .filter((partition) => partition % this.#members.length === index)
          .join(','),
      ),
    }))
  }

  async #live(): Promise<void> {
    const partition = this.owned[this.#random.nextInt(Math.max(1, this.owned.length))]
    const error = partition === undefined || this.#random.nextInt(2) === 0 ? await this.#heartbeat() : await this.#commit(partition)
    if (error !== 'NONE' && !this.isDead) this.#recover(error)
  }

  async #heartbeat(): Promise<ErrorName> {
    const { errorCode } = await this.#world.coordinator.heartbeat({
      groupId: 'g',
      generationId: this.#generation,
      memberId: this.#memberId,
      groupInstanceId: this.#apiVersion >= 5 ? this.instanceId : null,
    })
    return errorName(errorCode)
  }

  async #commit(partition: number): Promise<ErrorName> {
    const commit = this.#world.committing(partition, this.#generation)
    const answer = await this.#world.coordinator.commitOffsets(
      commitRequest(
        { [`orders-${partition}`]: commit.offset },
        {
          generationIdOrMemberEpoch: this.#generation,
          memberId: this.#memberId,
          groupInstanceId: this.#apiVersion >= 5 ? this.instanceId : null,
        },
      ),
      contextOf(this.name, 9),
    )
    const error = errorName(answer.topics[0]?.partitions[0]?.errorCode ?? -1)
    if (error === 'NONE') commit.answered()
    return error
  }

  #recover(error: ErrorName): void {
    if (error === 'FENCED_INSTANCE_ID') return this.crash()
    if (error === 'UNKNOWN_MEMBER_ID') this.#memberId = ''
    // The coordinator could not store the commit, or is another one: membership goes on as it is.
    if (this.#state === 'in' && coordinatorTroubles.has(error)) return
    this.#state = 'out'
    this.owned = []
  }
}

/** What the consumers live in, and what is told of what they see. */
export interface ConsumerWorld {
  readonly coordinator: GroupCoordinator
  readonly partitions: number
  /** `previous` is the last generation in which it got an assignment. */
  generationGiven(generation: number, previous: number, owner: string): void
  assigned(generation: number, owner: string, partitions: readonly number[]): void
  /** Gives the offset to commit, and hears of success. */
  committing(partition: number, generation: number): { readonly offset: number; answered(): void }
  broken(error: unknown): void
}

const coordinatorTroubles: ReadonlySet<ErrorName> = new Set([
  'NOT_COORDINATOR',
  'COORDINATOR_NOT_AVAILABLE',
  'COORDINATOR_LOAD_IN_PROGRESS',
])
