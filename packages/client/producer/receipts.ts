import { Dones } from './dones.ts'
import type { Done } from './producer.ts'

/** How it went for the records `[from, to)` of a batch. */
export interface Outcome {
  /** Offset of the record `from`; −1 when nobody knows it. */
  readonly baseOffset: number
  /** The broker's time for all records; −1 where each keeps its own. */
  readonly logAppendTimeMs: number
  readonly error: Error | undefined
  /** Errors of single records, by their index counted from `from`; they go before `error`. */
  readonly recordErrors?: ReadonlyMap<number, Error> | undefined
}

/** Somebody who has looked at the promise of one record. */
export interface Watcher {
  readonly index: number
  settled(error: Error | undefined, offset: number, logAppendTimeMs: number): void
}

/** Somebody who waits for whole batches: a `sendAll`, a `flush`. */
export interface Party {
  /** Called once for each `Receipts` joined. */
  settled(error: Error | undefined, receipts: Receipts): void
  /** A record that waited has come into a batch. `hasJoined`: it is the first of the party there. */
  placed?(receipts: Receipts, hasJoined: boolean): void
}

/** Failures that nobody has looked at, of the whole producer. */
export interface UnseenFailures {
  add(count: number, error: Error, topic: string, partition: number): void
  /** Somebody looked at one of them after all. */
  remove(): void
}

/** What all receipts of a producer tell. */
export interface ReceiptsHost {
  readonly unseen: UnseenFailures
  /** A record of an open batch is awaited: the batch should not linger. */
  hurry(): void
  /** A `done` of the user has thrown. */
  doneThrew(error: unknown): void
}

/**
 * What becomes of the records of one batch, and who wants to know. Nothing is made per record before somebody asks.
 *
 * A batch that is split is settled piece by piece, so pieces are settled, not batches.
 */
export class Receipts {
  readonly topic: string
  readonly partition: number
  /** Timestamp of the first record; deliveries keep their distance to it. */
  baseTimestamp = -1
  /** A record is awaited: with a linger that nobody has asked for, the batch leaves at the end of the turn. */
  isAwaited = false
  readonly #host: ReceiptsHost
  #count = 0
  #settledCount = 0
  #error: Error | undefined
  #pieces: Piece[] | undefined
  #watchers: Watcher[] | undefined
  #dones: Dones | undefined
  #observers: Dones | undefined
  #parties: Party[] | undefined
  /** Records that belong to a `sendAll`. */
  #partyRecords = 0

  constructor(topic: string, partition: number, host: ReceiptsHost) {
    this.topic = topic
    this.partition = partition
    this.#host = host
  }

  get count(): number {
    return this.#count
  }

  get isSettled(): boolean {
    return this.#settledCount === this.#count && this.#count > 0
  }

  /** One record more; gives its index. */
  add(): number {
    return this.#count++
  }

  /** The record `index`, the last one, has somebody to be called. */
  addDone(index: number, done: Done): void {
    if (this.#dones === undefined) this.#dones = new Dones(index, done)
    else this.#dones.add(index, done)
  }

  /** The same for somebody who does not count as having seen a failure. */
  addObserver(index: number, observer: Done): void {
    if (this.#observers === undefined) this.#observers = new Dones(index, observer)
    else this.#observers.add(index, observer)
  }

  /** One record more of a `sendAll`. True when the party has joined with it. */
  addPartyRecord(party: Party): boolean {
    this.#partyRecords++
    if (this.#parties?.at(-1) === party) return false
    return this.join(party)
  }

  /** Tells `party` when all records are settled; false when they are already, or it has joined before. */
  join(party: Party): boolean {
    if (this.isSettled || this.#parties?.includes(party) === true) return false
    if (this.#parties === undefined) this.#parties = [party]
    else this.#parties.push(party)
    return true
  }

  /** Whoever waits for the batch wants it to leave soon. */
  hurry(): void {
    if (this.isAwaited) return
    this.isAwaited = true
    this.#host.hurry()
  }

  /** Tells the watcher how it went for its record, now if it is known. */
  watch(watcher: Watcher): void {
    const piece = this.#pieces?.find(({ from, to }) => watcher.index >= from && watcher.index < to)
    if (piece === undefined) {
      if (this.#watchers === undefined) this.#watchers = [watcher]
      else this.#watchers.push(watcher)
      this.hurry()
    } else {
      tell(watcher, piece)
      if (errorAt(piece, watcher.index) !== undefined) this.#host.unseen.remove()
    }
  }

  /** Settles `count` records from index `from` on, in any order of pieces, each once. */
  settle(from: number, count: number, outcome: Outcome): void {
    const piece: Piece = { from, to: from + count, outcome }
    // Not `push` for the only one there mostly is: it would make room for 17.
    if (this.#pieces === undefined) this.#pieces = [piece]
    else this.#pieces.push(piece)
    this.#settledCount += count
    this.#error ??= outcome.error
    const seen = this.#partyRecords + this.#tellWatchers(piece) + this.#tell(this.#dones, piece)
    this.#tell(this.#observers, piece)
    if (outcome.error !== undefined && seen < count) this.#host.unseen.add(count - seen, outcome.error, this.topic, this.partition)
    if (!this.isSettled || this.#parties === undefined) return
    const parties = this.#parties
    this.#parties = undefined
    for (const party of parties) party.settled(this.#error, this)
  }

  #tellWatchers(piece: Piece): number {
    const watchers = this.#watchers
    if (watchers === undefined) return 0
    const isWhole = piece.from === 0 && piece.to === this.#count
    this.#watchers = isWhole ? undefined : watchers.filter(({ index }) => index < piece.from || index >= piece.to)
    let told = 0
    for (const watcher of watchers) {
      if (watcher.index < piece.from || watcher.index >= piece.to) continue
      tell(watcher, piece)
      told++
    }
    return told
  }

  #tell(dones: Dones | undefined, piece: Piece): number {
    if (dones === undefined) return 0
    return dones.each(piece.from, piece.to, (index, done) => {
      try {
        done(errorAt(piece, index), this.partition, offsetAt(piece, index))
      } catch (error) {
        this.#host.doneThrew(error)
      }
    })
  }
}

interface Piece {
  readonly from: number
  readonly to: number
  readonly outcome: Outcome
}

const tell = (watcher: Watcher, piece: Piece): void =>
  watcher.settled(errorAt(piece, watcher.index), offsetAt(piece, watcher.index), piece.outcome.logAppendTimeMs)

const errorAt = ({ from, outcome }: Piece, index: number): Error | undefined => outcome.recordErrors?.get(index - from) ?? outcome.error

const offsetAt = ({ from, outcome }: Piece, index: number): number => (outcome.baseOffset < 0 ? -1 : outcome.baseOffset + index - from)
