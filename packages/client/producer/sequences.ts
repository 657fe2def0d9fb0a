import { sequenceAfter } from '@odradek/protocol/records'
import type { BatchIdentity, ProducerBatch } from './producer-batch.ts'

const none = -1

/**
 * The sequences of one partition: what an idempotent producer knows of what the leader knows (KIP-98, KIP-360).
 *
 * Sequences count records from 0 for each producer id and epoch. A batch gets its one when it is first drained and keeps it in every attempt, so that the
 * leader recognizes what it has already, and refuses what comes before its turn.
 */
export class Sequences {
  /** Drained and not settled, in the order of their sequences; expired ones stay until their answer. */
  readonly #inFlight: ProducerBatch[] = []
  #producerId = none
  #producerEpoch = none
  #next = 0
  #lastAcked = none
  #lastAckedOffset = none
  #onWire = 0
  #wireLeader = none
  /** A batch may or may not have been written. Undefined: all is known. */
  #unresolvedAfter: number | undefined
  /** The epoch was bumped for this partition: what is not acknowledged gets new sequences when the last answer is in. */
  #mustRenumber = false
  #provenLeader = none

  get hasInFlight(): boolean {
    return this.#inFlight.length > 0
  }

  get onWire(): number {
    return this.#onWire
  }

  get isUnresolved(): boolean {
    return this.#unresolvedAfter !== undefined
  }

  get mustRenumber(): boolean {
    return this.#mustRenumber
  }

  get lastAckedOffset(): number {
    return this.#lastAckedOffset
  }

  isOf({ producerId, producerEpoch }: BatchIdentity): boolean {
    return this.#producerId === producerId && this.#producerEpoch === producerEpoch
  }

  /**
   * Whether `batch`, first in its queue, may go to `leader` now.
   *
   * - While a batch waits for its next attempt, only the lowest goes.
   * - A partition that has moved waits for the answers of the old leader, or a batch could be written by the new one before an earlier one.
   * - Before the first success nothing is sent behind a batch: a leader without state takes any first sequence, so a second batch could overtake a
   *   first one that failed.
   * - After a bump, new batches wait until those of the old epoch are settled.
   */
  mayDrain(batch: ProducerBatch, identity: BatchIdentity, leader: number): boolean {
    if (this.#onWire > 0) {
      if (this.#mustRenumber || this.#wireLeader !== leader) return false
      const isProven = this.#provenLeader === leader && this.isOf(identity)
      if (!isProven) return false
    }
    if (batch.sequence === none) {
      if (this.#unresolvedAfter !== undefined) return false
      return this.#inFlight.length === 0 || (this.isOf(identity) && this.#inFlight.every(({ isOnWire }) => isOnWire))
    }
    return this.#inFlight.find(({ isExpired }) => !isExpired) === batch
  }

  /** The batch is about to leave. */
  drained(batch: ProducerBatch, identity: BatchIdentity, leader: number): void {
    if (batch.sequence === none) {
      if (!this.isOf(identity)) this.#startAnew(identity)
      batch.identify(identity, this.#next)
      this.#next = sequenceAfter(this.#next, batch.count)
      this.#inFlight.push(batch)
    }
    batch.isOnWire = true
    this.#onWire++
    this.#wireLeader = leader
  }

  /** Its answer has come, or will never. */
  leftWire(batch: ProducerBatch): void {
    batch.isOnWire = false
    this.#onWire--
  }

  /** The leader has the batch. */
  acknowledged(batch: ProducerBatch, baseOffset: number, leader: number): void {
    this.#remove(batch)
    if (this.#producerId !== batch.producerId || this.#producerEpoch !== batch.producerEpoch || this.#mustRenumber) return
    if (baseOffset >= 0) this.#lastAckedOffset = Math.max(this.#lastAckedOffset, baseOffset + batch.count - 1)
    this.#provenLeader = leader
    const last = batch.lastSequence
    if (this.#lastAcked === none || isAfter(last, this.#lastAcked)) this.#lastAcked = last
  }

  /** The batch has failed for good, or goes on in pieces. */
  failed(batch: ProducerBatch): void {
    this.#remove(batch)
  }

  /** An attempt has failed: the leader may have lost its state, so it has to prove itself again. */
  doubted(): void {
    this.#provenLeader = none
  }

  /** The batch was given up; the leader may have it, or get it yet. New ones wait until the rest of the flight is settled. */
  leftUnresolved(batch: ProducerBatch): void {
    const next = sequenceAfter(batch.lastSequence, 1)
    if (this.#unresolvedAfter === undefined || isAfter(next, this.#unresolvedAfter)) this.#unresolvedAfter = next
    if (batch.isOnWire) batch.isExpired = true
    else this.#remove(batch)
  }

  /** Whether the leader would take `sequence` next, as far as we know. */
  isNext(sequence: number): boolean {
    return this.#lastAcked === none ? sequence === 0 : sequence === sequenceAfter(this.#lastAcked, 1)
  }

  /** Whether `sequence` follows directly on what was left unresolved. */
  isNextAfterUnresolved(sequence: number): boolean {
    return this.#unresolvedAfter === sequence
  }

  /**
   * Looks whether the rest of the flight is settled. `gap`: something is missing between what was acknowledged and what would come next, and the epoch
   * has to be bumped; undefined: there was nothing to find out, or it is not known yet.
   */
  resolve(): 'continue' | 'gap' | undefined {
    if (this.#unresolvedAfter === undefined || this.#inFlight.length > 0) return undefined
    this.#unresolvedAfter = undefined
    return this.isNext(this.#next) ? 'continue' : 'gap'
  }

  /** The epoch was bumped on behalf of this partition. */
  bumped(): void {
    this.#mustRenumber = true
  }

  /** Once nothing of the partition is on the wire: all that is not acknowledged starts from 0 under `identity`. */
  renumber(identity: BatchIdentity): void {
    this.#startAnew(identity)
    for (const batch of this.#inFlight) {
      batch.identify(identity, this.#next)
      this.#next = sequenceAfter(this.#next, batch.count)
    }
  }

  /** A piece of a split batch stands where the whole one stood. */
  addPiece(piece: ProducerBatch): void {
    const at = this.#inFlight.findIndex(({ sequence }) => isAfter(sequence, piece.sequence))
    this.#inFlight.splice(at < 0 ? this.#inFlight.length : at, 0, piece)
  }

  /** After a transaction (KIP-890): the next epoch starts from 0 everywhere. Nothing is in flight. */
  reset(): void {
    this.#producerId = this.#producerEpoch = none
    this.#unresolvedAfter = undefined
    this.#mustRenumber = false
    this.#next = 0
    this.#lastAcked = none
  }

  #startAnew({ producerId, producerEpoch }: BatchIdentity): void {
    this.#producerId = producerId
    this.#producerEpoch = producerEpoch
    this.#next = 0
    this.#lastAcked = none
    this.#unresolvedAfter = undefined
    this.#mustRenumber = false
    this.#provenLeader = none
  }

  #remove(batch: ProducerBatch): void {
    const at = this.#inFlight.indexOf(batch)
    if (at >= 0) this.#inFlight.splice(at, 1)
  }
}

/** Whether one sequence comes after another, on a circle of 2^31. */
const isAfter = (a: number, b: number): boolean => a !== b && ((a - b) & 0x7fff_ffff) < 0x4000_0000
