import type { Produce } from '@odradek/protocol/messages'
import type { ResponseOf } from '@odradek/protocol/schema'
import { KafkaError } from '@odradek/protocol'
import { Alarm } from '../cluster/alarm.ts'
import type { CallOptions, Cluster } from '../cluster/cluster.ts'
import type { Environment } from '../environment.ts'
import type { Answers, SendingTransaction } from './answers.ts'
import { drain } from './drain.ts'
import type { Gate } from './drain.ts'
import type { PartitionQueue } from './partition-queue.ts'
import { UsualProduce } from './produce-codec.ts'
import { haveIds, lastVersionWithNames, produceRequest } from './produce-request.ts'
import type { Parcel, ProduceTerms } from './produce-request.ts'
import type { ProducerBatch } from './producer-batch.ts'
import type { ProducerIdentity } from './producer-identity.ts'
import type { Sealer } from './sealer.ts'
import type { SenderMetrics } from './sender-metrics.ts'

export interface SenderSettings {
  readonly acks: number
  readonly lingerMs: number
  /** `linger.ms` was given: it is kept also where somebody awaits. */
  readonly isLingerGiven: boolean
  readonly maxInFlight: number
  readonly maxRequestSize: number
  readonly requestTimeoutMs: number
  readonly deliveryTimeoutMs: number
  readonly isZstd: boolean
  readonly transactionalId: string | undefined
}

export interface SenderParts {
  readonly environment: Environment
  readonly cluster: Cluster
  readonly settings: SenderSettings
  readonly answers: Answers
  readonly sealer: Sealer
  /** Undefined: not idempotent. */
  readonly identity: ProducerIdentity | undefined
  /** Asks for a producer id, unless it is being asked for; the sender is told when there is one. */
  readonly fetchIdentity: () => void
  readonly transaction: SendingTransaction | undefined
  readonly metrics: SenderMetrics
  /** Called at the beginning of each round, with the monotonic time; gives when it wants to be called again. */
  readonly housekeeping: (nowMs: number) => number
}

/** One broker, as far as sending goes. */
interface Lane {
  readonly broker: number
  /** Queues that have something for it in this round. */
  readonly queues: PartitionQueue[]
  inFlight: number
  next: number
  isConnecting: boolean
  /** A connection was opened: calls wait in it, should the broker be throttling us. */
  isOpen: boolean
  /** When it last had something to send, and when it last took something. */
  readyMs: number
  drainedMs: number
}

/**
 * Sends batches when they are ready: looks once a turn through the queues that have something, and asks to be woken when the next one will be.
 *
 * What may leave, and what an answer means, is decided elsewhere (`sequences.ts`, `verdict.ts`); this is the loop around it.
 */
export class Sender implements Gate {
  readonly #parts: SenderParts
  readonly #terms: ProduceTerms
  readonly #alarm: Alarm
  readonly #active: PartitionQueue[] = []
  readonly #lanes = new Map<number, Lane>()
  /** Those that have something to take in this round. */
  readonly #ready: Lane[] = []
  readonly #onWire = new Set<Parcel>()
  #idle: (() => void)[] = []
  #isScheduled = false
  #isStopped = false
  #nowMs = 0
  #nextExpiryMs = Infinity
  /** Somebody waits for everything: a flush, a commit, `close`, or a record without memory. */
  #hurries = 0

  constructor(parts: SenderParts) {
    const { acks, requestTimeoutMs: timeoutMs, transactionalId = null } = parts.settings
    this.#parts = parts
    this.#terms = { acks, timeoutMs, transactionalId }
    this.#alarm = new Alarm(parts.environment, () => this.#round())
  }

  /** Looks for what can be sent, at the end of this turn. */
  soon(): void {
    if (this.#isScheduled || this.#isStopped) return
    this.#isScheduled = true
    this.#parts.environment.timer.endOfTurn(this.#atEndOfTurn)
  }

  /** Wakes at this monotonic time, or before. */
  wakeAt(ms: number): void {
    if (!this.#isStopped && ms !== Infinity) this.#alarm.notAfter(ms)
  }

  /** Until the returned function is called, no batch lingers. */
  hurry(): () => void {
    this.#hurries++
    this.soon()
    let isOver = false
    return () => {
      if (!isOver) this.#hurries--
      isOver = true
    }
  }

  /** A batch has been opened. */
  opened(queue: PartitionQueue, batch: ProducerBatch): void {
    this.activate(queue)
    const expiresAtMs = batch.createdAtMs + this.#parts.settings.deliveryTimeoutMs
    if (expiresAtMs < this.#nextExpiryMs) this.#nextExpiryMs = expiresAtMs
    // Not a timer for its linger: at the end of the turn it may be full, or awaited, and gone.
    this.soon()
  }

  activate(queue: PartitionQueue): void {
    if (queue.isActive) return
    queue.isActive = true
    this.#active.push(queue)
  }

  /** Whether a broker has had something to be sent for too long without taking anything (KIP-794). */
  isStalled(broker: number, availabilityTimeoutMs: number): boolean {
    const lane = this.#lanes.get(broker)
    return lane !== undefined && lane.readyMs - lane.drainedMs > availabilityTimeoutMs
  }

  /**
   * Fails batches: those that were `never sent`, for an abort; all that are `queued`, with those that would be sent again; or `all`, with those on the
   * wire, for a `close` whose time is over.
   */
  failQueued(error: Error, which: 'never sent' | 'queued' | 'all'): void {
    const { answers } = this.#parts
    for (const queue of this.#active) {
      for (const batch of queue.batches.slice()) {
        if (which === 'never sent' && batch.sequence >= 0) continue
        queue.remove(batch)
        answers.abandon({ queue, batch }, error)
      }
    }
    if (which !== 'all') return
    for (const parcel of this.#onWire) if (!parcel.batch.isExpired) answers.abandon(parcel, error)
  }

  /** Resolves when no request is on its way. */
  idle(): Promise<void> {
    return this.#onWire.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#idle.push(resolve))
  }

  stop(): void {
    this.#isStopped = true
    this.#alarm.cancel()
  }

  mayLeave(queue: PartitionQueue): boolean {
    const batch = queue.batches[0]
    if (batch === undefined || this.#readyInMs(queue, batch) > 0) return false
    const { identity, transaction, settings } = this.#parts
    if (transaction !== undefined && !transaction.allows(queue)) return false
    // One request at a time keeps the order without sequences.
    if (settings.maxInFlight === 1 && queue.onWire > 0) return false
    return identity === undefined || queue.sequences.mayDrain(batch, identity, queue.leader)
  }

  prepare(queue: PartitionQueue): boolean {
    const batch = queue.batches[0]
    if (batch === undefined) return false
    batch.isOpen = false
    return this.#parts.sealer.seal(queue, batch)
  }

  leave(queue: PartitionQueue): void {
    const batch = queue.batches[0]
    if (batch === undefined) return
    const { identity } = this.#parts
    if (identity !== undefined) queue.sequences.drained(batch, identity, queue.leader)
    batch.isOnWire = true
    batch.triedLeader = queue.leader
    batch.triedLeaderEpoch = queue.leaderEpoch
    batch.lastAttemptMs = this.#nowMs
    queue.onWire++
  }

  readonly #atEndOfTurn = (): void => {
    this.#isScheduled = false
    this.#round()
  }

  #round(): void {
    if (this.#isStopped) return
    const { identity, environment, housekeeping, transaction } = this.#parts
    const now = (this.#nowMs = environment.clock.monotonic())
    let wakeAtMs = housekeeping(now)
    if (now >= this.#nextExpiryMs) this.#expire()
    if (identity !== undefined) this.#settleSequences(identity)
    if (this.#active.length > 0) {
      if (identity !== undefined && !identity.isKnown) this.#parts.fetchIdentity()
      else if (transaction === undefined || transaction.prepare()) wakeAtMs = Math.min(wakeAtMs, this.#sendReady())
    }
    this.wakeAt(Math.min(wakeAtMs, this.#nextExpiryMs))
  }

  /** Finds out what became of batches that were given up, and renumbers after a bump when the last answer is in. */
  #settleSequences(identity: ProducerIdentity): void {
    for (const queue of this.#active) {
      const { sequences } = queue
      if (sequences.isUnresolved && sequences.resolve() === 'gap') this.#parts.answers.gapFound(queue)
      if (sequences.mustRenumber && sequences.onWire === 0 && identity.isKnown) sequences.renumber(identity)
    }
  }

  /** Gives when the next batch will be ready. */
  #sendReady(): number {
    const ready = this.#ready
    ready.length = 0
    const nextMs = this.#gatherReady(ready)
    for (const lane of ready) {
      if (this.#isReady(lane)) this.#sendTo(lane)
      lane.queues.length = 0
    }
    return nextMs
  }

  /** Sorts the queues that are ready by their leaders; gives when the next one will be. */
  #gatherReady(ready: Lane[]): number {
    const active = this.#active
    let kept = 0
    let nextMs = Infinity
    let isLeaderUnknown = false
    for (const queue of active) {
      const batch = queue.batches[0]
      if (batch === undefined && queue.onWire === 0 && !queue.sequences.isUnresolved && !queue.sequences.mustRenumber) {
        queue.isActive = false
        continue
      }
      active[kept++] = queue
      if (batch === undefined) continue
      const waitMs = this.#readyInMs(queue, batch)
      if (waitMs > 0) nextMs = Math.min(nextMs, waitMs)
      else if (queue.leader < 0) isLeaderUnknown = true
      else {
        const lane = this.#laneOf(queue.leader)
        if (lane.queues.length === 0) ready.push(lane)
        lane.queues.push(queue)
      }
    }
    active.length = kept
    if (isLeaderUnknown) this.#parts.cluster.requestRefresh()
    return this.#nowMs + nextMs
  }

  /** Milliseconds until the batch may leave; 0: now; Infinity: somebody will say. */
  #readyInMs(queue: PartitionQueue, batch: ProducerBatch): number {
    if (batch.isCompressing) return Infinity
    if (batch.isRetry) {
      const hasNewLeader = queue.leader !== batch.triedLeader || queue.leaderEpoch > batch.triedLeaderEpoch
      return hasNewLeader && queue.leader >= 0 ? 0 : Math.max(0, batch.retryAtMs - this.#nowMs)
    }
    if (!batch.isOpen || batch.isFull || queue.batches.length > 1 || this.#hurries > 0) return 0
    const { lingerMs, isLingerGiven } = this.#parts.settings
    if (!isLingerGiven && batch.receipts.isAwaited) return 0
    return Math.max(0, batch.createdAtMs + lingerMs - this.#nowMs)
  }

  #laneOf(broker: number): Lane {
    let lane = this.#lanes.get(broker)
    if (lane === undefined) {
      lane = { broker, queues: [], inFlight: 0, next: 0, isConnecting: false, isOpen: false, readyMs: this.#nowMs, drainedMs: this.#nowMs }
      this.#lanes.set(broker, lane)
    }
    return lane
  }

  #isReady(lane: Lane): boolean {
    lane.readyMs = this.#nowMs
    if (lane.inFlight >= this.#parts.settings.maxInFlight) return false
    if (this.#parts.cluster.isReady(lane.broker) || lane.isOpen) return true
    if (!lane.isConnecting) this.#connect(lane)
    return false
  }

  #connect(lane: Lane): void {
    const { cluster, answers } = this.#parts
    lane.isConnecting = true
    cluster.connect(lane.broker).then(
      () => {
        lane.isConnecting = false
        lane.isOpen = true
        this.soon()
      },
      (error: unknown) => {
        lane.isConnecting = false
        if (this.#isStopped) return
        if (isHopeless(error)) {
          for (const queue of this.#active) {
            if (queue.leader !== lane.broker) continue
            for (const batch of queue.batches.splice(0)) answers.abandon({ queue, batch }, error)
          }
        }
        cluster.requestRefresh()
        const waitMs = Math.max(1, cluster.backoffMs(lane.broker))
        this.wakeAt(this.#parts.environment.clock.monotonic() + waitMs)
      },
    )
  }

  #sendTo(lane: Lane): void {
    const { maxInFlight, maxRequestSize } = this.#parts.settings
    const { queues } = lane
    while (lane.inFlight < maxInFlight) {
      const { parcels, next } = drain(queues, lane.next % queues.length, maxRequestSize, this)
      lane.next = next
      if (parcels.length === 0) return
      lane.drainedMs = this.#nowMs
      this.#call(lane, parcels)
    }
  }

  #call(lane: Lane, parcels: readonly Parcel[]): void {
    const { cluster, metrics } = this.#parts
    lane.inFlight++
    for (const parcel of parcels) this.#onWire.add(parcel)
    metrics.sent(parcels, this.#nowMs)
    cluster
      .call(lane.broker, UsualProduce, () => produceRequest(parcels, this.#terms), this.#optionsFor(parcels))
      .then(
        (answer) => this.#answered(lane, parcels, answer),
        (error: unknown) => this.#failed(lane, parcels, error),
      )
  }

  #optionsFor(parcels: readonly Parcel[]): CallOptions {
    const { settings, transaction } = this.#parts
    const maxVersion = Math.min(transaction?.maxProduceVersion ?? Infinity, haveIds(parcels) ? Infinity : lastVersionWithNames)
    return { noAnswer: settings.acks === 0, minVersion: settings.isZstd ? 7 : undefined, maxVersion }
  }

  #answered(lane: Lane, parcels: readonly Parcel[], answer: ResponseOf<typeof Produce>): void {
    const now = this.#landed(lane, parcels)
    const { metrics, answers, settings } = this.#parts
    metrics.answered(now - (parcels[0]?.batch.lastAttemptMs ?? now), answer.throttleTimeMs, now)
    if (settings.acks === 0) for (const parcel of parcels) answers.handedOver(parcel)
    else answers.apply(parcels, answer, lane.broker, now)
    this.soon()
  }

  #failed(lane: Lane, parcels: readonly Parcel[], error: unknown): void {
    const now = this.#landed(lane, parcels)
    lane.isOpen = false
    const cause = this.#parts.settings.isZstd ? tooOldForZstd(error) : error
    for (const parcel of parcels) this.#parts.answers.callFailed(parcel, cause, now)
    this.#parts.cluster.requestRefresh()
    this.soon()
  }

  #landed(lane: Lane, parcels: readonly Parcel[]): number {
    lane.inFlight--
    for (const parcel of parcels) {
      this.#onWire.delete(parcel)
      const { queue, batch } = parcel
      queue.onWire--
      batch.isOnWire = false
      if (this.#parts.identity !== undefined) queue.sequences.leftWire(batch)
      this.activate(queue)
    }
    if (this.#onWire.size === 0) for (const resolve of this.#idle.splice(0)) resolve()
    return this.#parts.environment.clock.monotonic()
  }

  /** Fails what is older than `delivery.timeout.ms`, and looks when that will next be so. */
  #expire(): void {
    const { answers, settings } = this.#parts
    const oldestMs = this.#nowMs - settings.deliveryTimeoutMs
    let next = Infinity
    for (const queue of this.#active) {
      for (const batch of queue.batches.slice()) {
        // In a transaction the first that expires fails all others that are queued, which must not be failed again.
        if (!queue.batches.includes(batch)) continue
        if (batch.createdAtMs > oldestMs) next = Math.min(next, batch.createdAtMs)
        else {
          queue.remove(batch)
          answers.expire({ queue, batch })
        }
      }
    }
    for (const parcel of this.#onWire) {
      if (parcel.batch.isExpired) continue
      if (parcel.batch.createdAtMs > oldestMs) next = Math.min(next, parcel.batch.createdAtMs)
      else answers.expire(parcel)
    }
    this.#nextExpiryMs = next + settings.deliveryTimeoutMs
  }
}

/** Trying again will not help: wrong credentials, or a broker of another age. */
const isHopeless = (error: unknown): error is Error => error instanceof KafkaError && !error.retriable

/** As Java has it: the batch fails, and the producer may go on, with the next leader. */
function tooOldForZstd(error: unknown): unknown {
  if (!(error instanceof KafkaError) || error.code !== 'UNSUPPORTED_VERSION') return error
  return new KafkaError('UNSUPPORTED_COMPRESSION_TYPE', 'the broker knows no zstd (Produce before version 7)', { cause: error })
}
