import assert from 'node:assert/strict'
import { divided, joined } from '../fetch/divided-slice.ts'
import type { FetchedData, Slice } from '../fetch/fetched-data.ts'
import type { PrefetchBudget } from '../fetch/prefetch-budget.ts'
import type { TopicPartition } from '../../partitions.ts'
import type { ResetTo } from './reset-to.ts'

/**
 * INITIALIZING: the committed offset is being looked up. AWAIT_RESET: there was none, or it lies outside the log. AWAIT_VALIDATION: there
 * is a new leader, which may have less (KIP-320). Only FETCHING partitions are asked for, and only their records are handed out.
 */
export type PositionState = 'INITIALIZING' | 'FETCHING' | 'AWAIT_RESET' | 'AWAIT_VALIDATION'

/** Somebody who has records of a partition in hand. */
export interface Holder {
  /** The first offset that is not processed, and the leader epoch before it; what may be committed. */
  readonly unfinished: { readonly offset: number; readonly epoch: number }
  /** The offset behind what the application has got. */
  readonly nextOffset: number
}

/** What came in one answer, with what the leader said beside it. */
export interface BufferedData {
  readonly data: FetchedData
  readonly highWatermark: number
  /** End of what can be read: the high watermark, or with read_committed the last stable offset. */
  readonly readableEnd: number
}

/** −1 stands for an epoch that is not known. */
const noEpoch = -1

/**
 * One assigned partition: where reading stands, what has been fetched ahead, what stops it.
 *
 * Two numbers keep old news out. `assignment` differs each time a partition is assigned. `ticket` changes with every move of the
 * position that is not reading on: a question carries the ticket with which it was asked, and its answer counts only while it is the same.
 */
export class PartitionState implements TopicPartition {
  readonly topic: string
  readonly partition: number
  readonly name: string
  readonly assignment: number
  readonly #budget: PrefetchBudget
  readonly #buffered: BufferedData[] = []
  #bufferedBytes = 0
  #returned: Slice | undefined = undefined
  #ticket = 0
  #handTicket = 0
  #state: PositionState = 'INITIALIZING'
  #offset = -1
  #epoch = noEpoch
  #fetchOffset = -1
  #fetchEpoch = noEpoch
  #resetTo: ResetTo | undefined = undefined
  #isPaused = false
  #isLeaving = false
  #isGone = false
  #aborter: AbortController | undefined = undefined

  /** Epoch of the leader with which the position was last known to agree. */
  validatedEpoch = noEpoch
  /** Of the topic in whose log the position lies; undefined while unknown. A topic that was deleted and made again has another. */
  topicId: string | undefined = undefined
  /** Nothing is asked about this partition before that (monotonic). */
  retryAtMs = 0
  /** Failed attempts since the last that did not. */
  failures = 0
  /** A question about the position is under way. */
  isAsking = false
  /** Nothing is fetched or handed out while `onPartitionsAssigned` runs: it may seek. */
  isHeld = false
  /** Somebody waits for the position, also while it is held; else it is looked up behind `onPartitionsAssigned`, which may commit one. */
  isAwaited = false
  /** The application has subscribed to something else; the group takes it back soon. Nothing of it is handed out until then. */
  isUnwanted = false
  /** Whoever handles its records has enough of them for now (`run`). */
  isBlocked = false
  /** Stands in the queue of those that have something to hand out. */
  isQueued = false
  /** Shown to the application each time its turn comes, until the position moves. */
  error: Error | undefined = undefined
  holder: Holder | undefined = undefined
  /** Last offset that is known to be committed. */
  committedOffset = -1
  /** Last offset that somebody asked to commit; −1 when that failed. */
  committingOffset = -1
  highWatermark = -1
  readableEnd = -1
  logStartOffset = -1
  /** A follower that the leader told us to read from (KIP-392), and until when (monotonic). */
  preferredReplica = -1
  preferredUntilMs = 0

  constructor({ topic, partition }: TopicPartition, assignment: number, budget: PrefetchBudget) {
    this.topic = topic
    this.partition = partition
    this.name = `${topic}-${partition}`
    this.assignment = assignment
    this.#budget = budget
  }

  get ticket(): number {
    return this.#ticket
  }

  /** Changes with everything that ends the handing out of records in hand: a move of the position, a pause, the loss of the partition. */
  get handTicket(): number {
    return this.#handTicket
  }

  get state(): PositionState {
    return this.#state
  }

  /** Next to be handed out; −1 while unknown. */
  get offset(): number {
    return this.#offset
  }

  get epoch(): number {
    return this.#epoch
  }

  /** Next to be fetched: `offset`, or the end of what is buffered. */
  get fetchOffset(): number {
    return this.#fetchOffset
  }

  get fetchEpoch(): number {
    return this.#fetchEpoch
  }

  /** In AWAIT_RESET. */
  get resetTo(): ResetTo | undefined {
    return this.#resetTo
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  /** Not this consumer's any more. */
  get isGone(): boolean {
    return this.#isGone
  }

  get isLeaving(): boolean {
    return this.#isLeaving
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes
  }

  get hasPosition(): boolean {
    return this.#state === 'FETCHING' || this.#state === 'AWAIT_VALIDATION'
  }

  /** Whether more may be fetched. */
  get isFetchable(): boolean {
    if (this.#isPaused || this.isHeld || this.isUnwanted || this.#isLeaving || this.#isGone) return false
    return this.#state === 'FETCHING' && this.error === undefined
  }

  /** Whether buffered records, or an error, may be handed out. */
  get isReady(): boolean {
    if (this.#isPaused || this.isHeld || this.isUnwanted || this.#isLeaving || this.#isGone || this.isBlocked) return false
    return this.error !== undefined || (this.#state === 'FETCHING' && (this.#buffered.length > 0 || this.#returned !== undefined))
  }

  /** What may be committed: behind all that is processed; undefined before there is a position. */
  get processed(): { readonly offset: number; readonly epoch: number } | undefined {
    if (this.holder !== undefined) return this.holder.unfinished
    return this.hasPosition ? { offset: this.#offset, epoch: this.#epoch } : undefined
  }

  /** Aborted when the partition leaves this consumer. */
  get signal(): AbortSignal {
    this.#aborter ??= this.#newAborter()
    return this.#aborter.signal
  }

  /** A position from outside: a committed offset, or the user's. With an epoch it must be validated first. */
  seek(offset: number, epoch = noEpoch): void {
    this.#move(offset, epoch)
    this.#state = epoch >= 0 ? 'AWAIT_VALIDATION' : 'FETCHING'
  }

  /** A position that the leader itself has just named. */
  resetAt(offset: number, epoch: number): void {
    this.#move(offset, epoch)
    this.#state = 'FETCHING'
  }

  /** The position is looked up by ListOffsets. */
  awaitReset(to: ResetTo): void {
    this.#move(-1, noEpoch)
    this.#state = 'AWAIT_RESET'
    this.#resetTo = to
  }

  /** There is no position, and none can be found: the application has to seek. */
  failPosition(error: Error): void {
    this.#move(-1, noEpoch)
    this.#state = 'INITIALIZING'
    this.error = error
  }

  /** There is a new leader; the fetch position is compared with its log. */
  awaitValidation(): void {
    if (this.#state !== 'FETCHING') return
    this.#state = 'AWAIT_VALIDATION'
    this.#ticket++
  }

  validated(leaderEpoch: number): void {
    if (this.#state === 'AWAIT_VALIDATION') this.#state = 'FETCHING'
    this.validatedEpoch = leaderEpoch
  }

  /** Forgets what was fetched ahead, which the new leader does not have; what was handed out stays. */
  refetch(): void {
    this.#dropBuffered()
    this.#ticket++
    this.isAsking = false
    this.#fetchOffset = this.#offset
    this.#fetchEpoch = this.#epoch
  }

  /** Goes on from what was handed out and not processed; what was fetched is fetched again. */
  rewind(offset: number, epoch: number): void {
    const { state } = this
    this.#move(offset, epoch)
    this.#state = state === 'AWAIT_VALIDATION' ? state : 'FETCHING'
  }

  /** The same with the records themselves, which come next: a loop was left in the middle of them. */
  giveBack(slice: Slice, epoch: number): void {
    this.#returned = this.#returned === undefined ? slice : joined(slice, this.#returned)
    this.#offset = slice.firstOffset
    this.#epoch = epoch
    // Whoever has records before these still has them: handlers of `run`, while serdes prepare what comes next.
    if (this.holder !== undefined && this.holder.unfinished.offset >= slice.firstOffset) this.holder = undefined
    this.#handTicket++
  }

  pause(): void {
    this.#isPaused = true
    this.#handTicket++
  }

  resume(): void {
    this.#isPaused = false
  }

  /** The partition is being revoked: nothing more is fetched or handed out, work in hand is told. */
  leave(reason: unknown): void {
    this.#isLeaving = true
    this.#handTicket++
    this.tell(reason)
  }

  /** The partition has left. */
  end(reason: unknown): void {
    this.#isGone = true
    this.#move(-1, noEpoch)
    this.tell(reason)
  }

  /** Tells whoever works on records of this partition that it is in vain. */
  tell(reason: unknown): void {
    this.#aborter ??= new AbortController()
    if (!this.#aborter.signal.aborted) this.#aborter.abort(reason)
  }

  /** An answer brought bytes from `fetchOffset` on, up to `nextOffset`. */
  buffer(buffered: BufferedData, bytes: number, next: { readonly offset: number; readonly epoch: number }): void {
    this.#buffered.push(buffered)
    this.#bufferedBytes += bytes
    this.#budget.take(bytes)
    this.#fetchOffset = next.offset
    this.#fetchEpoch = next.epoch
  }

  /** The data whose turn it is; what is used up is put away. */
  get current(): BufferedData | undefined {
    for (let first = this.#buffered[0]; first !== undefined; first = this.#buffered[0]) {
      if (!first.data.isFinished) return first
      this.#advance(first.data.offset, first.data.epoch)
      this.#putAway()
    }
    return undefined
  }

  /** Takes records of `current`; undefined while there are none. The position moves behind them. */
  take(maxRecords: number): Slice | undefined {
    if (this.#returned !== undefined) return this.#takeReturned(this.#returned, maxRecords)
    const { current } = this
    if (current === undefined) return undefined
    const slice = current.data.take(maxRecords)
    this.#count()
    this.highWatermark = current.highWatermark
    this.readableEnd = current.readableEnd
    if (slice === undefined) {
      if (current.data.isFinished) this.#advance(current.data.offset, current.data.epoch)
      else this.error = current.data.error
      return undefined
    }
    this.#advance(slice.nextOffset, slice.lastEpoch)
    return slice
  }

  /** What was given back, as much of it as fits: whoever takes it may want less than whoever gave it back. */
  #takeReturned(returned: Slice, maxRecords: number): Slice {
    const [slice, rest] = returned.count > maxRecords ? divided(returned, maxRecords) : [returned, undefined]
    this.#returned = rest
    this.#advance(slice.nextOffset, slice.lastEpoch)
    return slice
  }

  #advance(offset: number, epoch: number): void {
    if (offset === this.#offset) return
    this.#offset = offset
    if (epoch >= 0) this.#epoch = epoch
  }

  /** Keeps the books of what is left to be read. */
  #count(): void {
    let left = 0
    for (const { data } of this.#buffered) left += data.remainingBytes
    this.#budget.release(this.#bufferedBytes - left)
    this.#bufferedBytes = left
  }

  #putAway(): void {
    this.#buffered.shift()?.data.end()
    this.#count()
  }

  #dropBuffered(): void {
    this.#returned = undefined
    for (const { data } of this.#buffered) data.end()
    this.#buffered.length = 0
    this.#count()
  }

  #move(offset: number, epoch: number): void {
    assert(offset >= -1, 'an offset is not negative')
    this.#dropBuffered()
    this.#ticket++
    this.#handTicket++
    this.#offset = this.#fetchOffset = offset
    this.#epoch = this.#fetchEpoch = epoch
    this.#resetTo = undefined
    this.error = undefined
    this.holder = undefined
    this.committedOffset = this.committingOffset = -1
    this.isAsking = false
    this.failures = 0
    this.retryAtMs = 0
    this.readableEnd = offset < 0 ? -1 : this.readableEnd
  }

  #newAborter(): AbortController {
    const aborter = new AbortController()
    if (this.#isGone) aborter.abort()
    return aborter
  }
}
