import { SeededRandom } from '@odradek/common/random'
import { VirtualTime } from '@odradek/common/time'
import type { Environment } from '../../../environment.ts'
import type { LogFields } from '../../../logger.ts'
import type { Assignor } from '../../../assignor.ts'
import { range } from '../../assignors/range.ts'
import { Commits } from '../../commits.ts'
import { createMembership } from '../create-membership.ts'
import type { GroupObserver, RebalanceEnd } from '../group-observer.ts'
import type { GroupSettings } from '../group-settings.ts'
import type { Membership } from '../membership.ts'
import { FakeCluster } from './fake-cluster.ts'
import { FakeCoordinator } from './fake-coordinator.ts'
import { StoryHost } from './story-host.ts'

/**
 * A group under virtual time: one coordinator that does what it should unless it is told otherwise, and members to try. For tests:
 *
 * ```ts
 * const story = new Story({ a: 3 })
 * const ann = story.member()
 * ann.subscribe('a')
 * await story.pass(0)
 * ann.host.events // ['assign a-0 a-1 a-2']
 * ```
 */
export class Story {
  readonly time = new VirtualTime()
  readonly random = new SeededRandom(7)
  readonly coordinator: FakeCoordinator
  readonly lines: string[] = []
  /** What keeps the process alive at the moment. */
  holds = 0
  /** Partitions by topic. */
  topics: Record<string, number>
  readonly members: StoryMember[] = []

  constructor(topics: Record<string, number>) {
    this.topics = topics
    this.coordinator = new FakeCoordinator(this.time)
  }

  get environment(): Environment {
    const line = (level: string) => (message: string, fields?: LogFields) => {
      if (level !== 'debug') this.lines.push(`${level} ${message}`)
      void fields
    }
    return {
      clock: this.time,
      timer: this.time,
      random: this.random,
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a story has no sockets
      dialler: {} as Environment['dialler'],
      logger: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
      hold: () => {
        this.holds++
        return () => void this.holds--
      },
    }
  }

  member(options: StoryMemberOptions = {}): StoryMember {
    const member = new StoryMember(this, options)
    this.members.push(member)
    return member
  }

  async pass(ms: number): Promise<void> {
    await this.time.advance(ms)
  }

  /** Topics come, go or grow, and everybody's metadata say so. */
  changeTopics(topics: Record<string, number>): void {
    this.topics = topics
    for (const { cluster } of this.members) cluster.update(topics)
  }
}

export interface StoryMemberOptions {
  readonly settings?: Partial<GroupSettings>
  readonly assignors?: readonly Assignor[]
}

export class StoryMember {
  readonly cluster: FakeCluster
  readonly host: StoryHost
  readonly membership: Membership
  readonly commits: Commits
  readonly settings: GroupSettings
  readonly rebalances: RebalanceEnd[] = []
  silences = 0

  constructor(story: Story, { settings = {}, assignors = [range] }: StoryMemberOptions) {
    const { environment } = story
    const given = new Set(Object.keys(settings))
    this.settings = { ...usualSettings, ...settings, given }
    const all = this.settings
    this.cluster = new FakeCluster(story.time, story.coordinator)
    this.cluster.update(story.topics)
    this.host = new StoryHost()
    const observer: GroupObserver = {
      heartbeat: () => {},
      joined: () => {},
      synced: () => {},
      rebalanceFailed: () => {},
      committed: () => {},
      rebalanced: (end) => this.rebalances.push(end),
      coordinatorSilent: () => this.silences++,
    }
    this.membership = createMembership({ environment, settings: all, cluster: this.cluster, host: this.host, assignors, observer })
    this.commits = new Commits({ environment, settings: all, cluster: this.cluster, membership: () => this.membership })
    this.host.commits = this.commits
  }

  subscribe(...topics: string[]): void {
    this.membership.subscribe({ topics })
  }

  get id(): string {
    return this.membership.group.memberId
  }

  get owned(): string {
    return this.host.names
  }
}

const usualSettings: GroupSettings = {
  clientId: 'story',
  groupId: 'g',
  groupInstanceId: undefined,
  groupProtocol: 'classic',
  groupRemoteAssignor: undefined,
  sessionTimeoutMs: 45_000,
  heartbeatIntervalMs: 3_000,
  maxPollIntervalMs: 300_000,
  requestTimeoutMs: 30_000,
  defaultApiTimeoutMs: 60_000,
  retryBackoffMs: 100,
  retryBackoffMaxMs: 1_000,
  clientRack: '',
  given: new Set(),
}
