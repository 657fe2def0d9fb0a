import { SeededRandom } from '@odradek/common/random'
import { pick } from './world/pick.ts'
import { releaseNames } from './brokers/releases.ts'
import type { ReleaseName } from './brokers/releases.ts'

/** Faults that may strike at any occasion: the chance at each. */
export interface Rates {
  /** A connection attempt is refused. */
  readonly refuse: number
  /** A connection attempt is answered by nobody. */
  readonly hang: number
  /** A connection ends while a piece of data is on its way. */
  readonly reset: number
  /** A direction of a connection stands still for a while. */
  readonly clog: number
  /** A connection goes silent and never comes back. */
  readonly silence: number
  /** A piece of data arrives in several. */
  readonly cut: number
  /** A request takes much longer than others. */
  readonly slowAnswer: number
  /** A request is carried out, and the connection ends instead of an answer. */
  readonly lostAnswer: number
  /** A request gets an error that asks for another try, and nothing is done. */
  readonly refusedRequest: number
  /** A batch is appended, and the answer is an error that does not say so. */
  readonly doubtfulAppend: number
  /** An answer asks to be left in peace for a while (KIP-219). */
  readonly throttle: number
  /** Replication takes seconds. */
  readonly slowReplication: number
  /** A fetch session is forgotten (KIP-227). */
  readonly forgottenSession: number
}

/** Faults that come at a time of their own. */
export type TimedFault =
  | { readonly kind: 'move-leader' | 'resign-leader' | 'move-coordinator' | 'pause-client' | 'crash-client' | 'forget-sessions' }
  | { readonly kind: 'crash-broker'; readonly downMs: number }
  | { readonly kind: 'isolate-broker'; readonly forMs: number }
  | { readonly kind: 'zombie-leader'; readonly forMs: number }

export type WorkloadPlan =
  | {
      readonly kind: 'produce'
      readonly idempotent: boolean
      readonly acks: 'all' | '1'
      readonly inFlight: number
      readonly lingerMs: number
      readonly batchSize: number
      readonly bufferMemory: number
      readonly deliveryTimeoutMs: number
      readonly keyed: 'partition' | 'key' | 'none'
      readonly records: number
      readonly everyMs: number
      readonly style: 'send' | 'enqueue' | 'sendAll'
      readonly codec: 'none' | 'snappy' | 'lz4'
    }
  | {
      readonly kind: 'group'
      readonly members: number
      readonly protocol: 'eager' | 'cooperative' | 'consumer'
      readonly commits: 'auto' | 'manual'
      readonly loop: 'batches' | 'records' | 'poll' | 'run' | 'mixed' | 'several'
      /** Of `run`, and what a mixed loop does of it. */
      readonly order: 'partition' | 'key' | 'none'
      readonly concurrency: number
      /** A handler fails so often. */
      readonly failRate: number
      /** Gives its partitions back now and then, and subscribes again. */
      readonly resubscribes: boolean
      /** Goes back in a partition now and then, from within the handling of its records. */
      readonly seeks: boolean
      readonly maxPollRecords: number
      readonly handlerMs: number
      readonly isolation: 'read_committed' | 'read_uncommitted'
      readonly sessionTimeoutMs: number
      readonly isStatic: boolean
    }
  | { readonly kind: 'seeker'; readonly isolation: 'read_committed' | 'read_uncommitted' }
  | {
      readonly kind: 'transactions'
      readonly producers: number
      readonly abortRate: number
      readonly everyMs: number
      readonly records: number
    }
  | {
      readonly kind: 'copy'
      readonly copiers: number
      readonly protocol: 'eager' | 'cooperative' | 'consumer'
      readonly crashRate: number
      readonly sessionTimeoutMs: number
    }

/** Everything that a seed decides beforehand, as data. */
export interface Plan {
  readonly seed: string
  readonly brokers: number
  readonly releases: readonly ReleaseName[]
  readonly partitions: number
  /** How long faults go on. */
  readonly faultsMs: number
  readonly rates: Rates
  readonly latencyMs: number
  readonly replicationMs: number
  readonly serviceMs: number
  /** How far brokers may lag behind in what they know of the cluster. */
  readonly metadataLagMs: number
  /** Whether a new leader may lack records that were committed. */
  readonly uncleanElections: boolean
  /** With which epoch producers begin: near the end of the range now and then. */
  readonly firstEpoch: number
  readonly kernelBufferBytes: number
  /** `max.message.bytes` of every topic. */
  readonly maxMessageBytes: number
  readonly bytesPerMs: number
  readonly faults: readonly { readonly atMs: number; readonly fault: TimedFault }[]
  readonly workloads: readonly WorkloadPlan[]
  readonly requestTimeoutMs: number
}

/** Draws a plan. Each seed switches whole kinds of faults off, so that what is left is seen without the noise of the others. */
export function planOf(seed: string): Plan {
  const dice = new SeededRandom(seed).fork('plan')
  const between = (low: number, high: number): number => low + dice.nextInt(high - low + 1)
  const oneOf = <T>(...choices: readonly T[]): T => choices[dice.nextInt(choices.length)]!
  const isCalm = dice.nextInt(12) === 0
  const maybe = (most: number, odds = 3): number => (isCalm || dice.nextInt(odds) !== 0 ? 0 : most * dice.nextFloat())

  const brokers = oneOf(1, 2, 3, 3, 3, 4)
  const newest = oneOf<number>(0, 1, 2, 3, 4, 5, 5, 6, 6, 6, 6)
  const isMixed = dice.nextInt(6) === 0 && newest > 0
  const faultsMs = between(3_000, 9_000)
  const rates: Rates = {
    refuse: maybe(0.4),
    hang: maybe(0.15, 5),
    reset: maybe(0.01),
    clog: maybe(0.01),
    silence: maybe(0.004, 4),
    cut: maybe(0.5, 2),
    slowAnswer: maybe(0.08),
    lostAnswer: maybe(0.05),
    refusedRequest: maybe(0.08),
    doubtfulAppend: maybe(0.1),
    throttle: maybe(0.03, 4),
    slowReplication: maybe(0.1),
    forgottenSession: maybe(0.05, 4),
  }
  const kinds: TimedFault[] = []
  const rounds: Readonly<Record<TimedFault['kind'], () => TimedFault>> = {
    'move-leader': () => ({ kind: 'move-leader' }),
    'resign-leader': () => ({ kind: 'resign-leader' }),
    'move-coordinator': () => ({ kind: 'move-coordinator' }),
    'pause-client': () => ({ kind: 'pause-client' }),
    'crash-client': () => ({ kind: 'crash-client' }),
    'forget-sessions': () => ({ kind: 'forget-sessions' }),
    'crash-broker': () => ({ kind: 'crash-broker', downMs: between(50, 4_000) }),
    'isolate-broker': () => ({ kind: 'isolate-broker', forMs: between(100, 3_000) }),
    'zombie-leader': () => ({ kind: 'zombie-leader', forMs: between(50, 1_500) }),
  }
  for (const draw of Object.values(rounds)) {
    if (isCalm || dice.nextInt(2) === 0) continue
    for (let i = between(1, 4); i > 0; i--) kinds.push(draw())
  }
  const faults = kinds.map((fault) => ({ atMs: between(200, faultsMs), fault })).toSorted((a, b) => a.atMs - b.atMs)
  const release = (): ReleaseName => releaseNames[isMixed ? newest - dice.nextInt(2) : newest]!
  const plan = {
    seed,
    brokers,
    releases: Array.from({ length: brokers }, release),
    partitions: between(1, 4),
    faultsMs,
    rates,
    latencyMs: oneOf(0.1, 0.5, 2, 10, 40),
    replicationMs: oneOf(0.2, 1, 5, 30),
    serviceMs: oneOf(0.05, 0.3, 2),
    metadataLagMs: isCalm || dice.nextInt(2) === 0 ? 0 : between(50, 1_500),
    uncleanElections: !isCalm && dice.nextInt(10) === 0,
    firstEpoch: oneOf(0, 0, 0, 32_764),
    maxMessageBytes: oneOf(1_000_000, 1_000_000, 1_000_000, 1_200),
    kernelBufferBytes: oneOf(1_000, 4_000, 100_000, 1_000_000),
    bytesPerMs: oneOf(20, 200, 2_000, 100_000),
    faults,
    requestTimeoutMs: oneOf(600, 1_500, 4_000),
  }
  const workloads = workloadsOf(plan, newest, { between, oneOf })
  const isTransactional = workloads.some(({ kind }) => kind === 'transactions' || kind === 'copy')
  return { ...plan, workloads, uncleanElections: plan.uncleanElections && !isTransactional }
}

interface Dice {
  readonly between: (low: number, high: number) => number
  readonly oneOf: <T>(...choices: readonly T[]) => T
}

function workloadsOf(plan: Omit<Plan, 'workloads'>, newest: number, { between, oneOf }: Dice): readonly WorkloadPlan[] {
  const hasConsumerProtocol = newest >= 5 && plan.releases.every((release) => releaseNames.indexOf(release) >= 5)
  const protocol = (): 'eager' | 'cooperative' | 'consumer' =>
    hasConsumerProtocol ? oneOf('eager', 'cooperative', 'consumer', 'consumer') : oneOf('eager', 'cooperative')
  const produce = (): WorkloadPlan => {
    const idempotent = between(0, 4) !== 0
    return {
      kind: 'produce',
      idempotent,
      acks: idempotent ? 'all' : oneOf('all', '1'),
      inFlight: oneOf(1, 2, 5, 5, 5),
      lingerMs: oneOf(0, 0, 5, 50),
      batchSize: oneOf(0, 200, 600, 16_384),
      bufferMemory: oneOf(33_554_432, 33_554_432, 40_000),
      deliveryTimeoutMs: plan.requestTimeoutMs + oneOf(100, 1_000, 8_000, 30_000),
      keyed: oneOf('partition', 'partition', 'key', 'none'),
      records: between(30, 150),
      everyMs: oneOf(0, 5, ...Array.from({ length: 4 }, () => plan.faultsMs / between(30, 120))),
      style: oneOf('send', 'enqueue', 'enqueue', 'sendAll'),
      codec: oneOf('none', 'none', 'none', 'snappy', 'lz4'),
    }
  }
  // Dice of their own, so that the other draws of a seed stay what they were.
  const loops = new SeededRandom(plan.seed).fork('plan/loops')
  const group = (): WorkloadPlan => {
    const drawn = protocol()
    const members = between(1, 4)
    const commits = oneOf('auto', 'manual')
    const simple = oneOf('batches', 'records', 'poll')
    const loop = loops.nextInt(5) < 2 ? simple : pick(['run', 'run', 'mixed', 'several'] as const, loops)
    return {
      kind: 'group',
      members,
      protocol: drawn,
      // What is in hand when a loop is left, nobody has committed: so it comes again, and can be waited for.
      commits: loop === 'mixed' || loop === 'several' ? 'auto' : commits,
      loop,
      // A mixed loop shall leave much behind for the next one: begun in any order, and failed.
      order: pick(loop === 'mixed' ? (['key', 'none'] as const) : (['partition', 'key', 'none'] as const), loops),
      concurrency: pick(loop === 'mixed' ? [4, 16] : [1, 2, 4, 16], loops),
      failRate: pick(loop === 'mixed' ? [0, 0.05, 0.2] : [0, 0, 0.02, 0.2], loops),
      resubscribes: loops.nextInt(loop === 'run' ? 2 : 4) === 0,
      seeks: loop !== simple && loops.nextInt(3) === 0,
      maxPollRecords: pick([3, 7, 20, 20], loops),
      handlerMs: loop === 'run' ? Math.max(10, oneOf(0, 0, 5, 40)) : oneOf(0, 0, 5, 40),
      isolation: oneOf('read_committed', 'read_uncommitted'),
      sessionTimeoutMs: oneOf(1_500, 3_000, 6_000),
      isStatic: between(0, 5) === 0 && plan.releases.every((release) => release !== '2.1'),
    }
  }
  const transactions = (): WorkloadPlan => ({
    kind: 'transactions',
    producers: between(1, 2),
    abortRate: oneOf(0.1, 0.3, 0.6),
    everyMs: oneOf(0, 20, 100),
    records: between(2, 12),
  })
  const copy = (): WorkloadPlan => ({
    kind: 'copy',
    copiers: between(1, 3),
    protocol: protocol(),
    crashRate: oneOf(0, 0.02, 0.1),
    sessionTimeoutMs: oneOf(1_500, 3_000),
  })
  const seeker = (): WorkloadPlan => ({ kind: 'seeker', isolation: oneOf('read_committed', 'read_uncommitted') })
  // Before 2.5 a coordinator can't check who commits within a transaction (KIP-447), and the client refuses to do without.
  const canCopy = plan.releases.every((release) => releaseNames.indexOf(release) >= releaseNames.indexOf('2.8'))
  switch (between(0, 5)) {
    case 0:
      return [produce(), produce()]
    case 1:
      return [produce(), group()]
    case 2:
      return [transactions(), group()]
    case 3:
      return [transactions(), seeker(), produce()]
    case 4:
      return [produce(), canCopy ? copy() : group()]
    default:
      return [produce(), seeker(), group()]
  }
}
