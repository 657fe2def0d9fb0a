import type { Buffer } from 'node:buffer'
import type { Address } from './address.ts'
import { AnswerQueue, PendingAnswer } from './answer-queue.ts'
import { CloseConnection } from './connection.ts'
import type { ClientSoftware, Connection, Reply } from './connection.ts'
import type { ConnectionHouse } from './connection-house.ts'
import { BadFrame, FrameSplitter } from './frame.ts'
import { Outgoing } from './outgoing.ts'
import type { WriteBatch } from './outgoing.ts'
import { Patience } from './patience.ts'
import type { Waiter } from './pressure.ts'
import type { SocketDoor } from './socket-door.ts'

export interface ConnectionIdentity {
  readonly id: number
  readonly listener: string
  readonly peer: Address
  readonly local: Address
}

/**
 * One connection: requests in, answers out, in order.
 *
 * It does no I/O: the socket calls `received`, `drained`, `peerEnded` and `socketClosed`, and is told through its door
 * what to write and when to stop reading. Reading stops as soon as a whole request has come that may not start yet, because
 *
 * - an earlier one is in process and order would suffer,
 * - the client does not read its answers,
 * - the broker holds too much already,
 * - the client is muted for being over its quota, or has had its share of this turn.
 *
 * Until such a request is there the socket stays open for reading, so that a client that leaves is noticed.
 */
export class ServedConnection implements Connection, Waiter {
  readonly id: number
  readonly listener: string
  readonly peer: Address
  readonly local: Address
  software: ClientSoftware | undefined
  /** Whether it waits to be flushed; kept by the outbox. */
  isInOutbox = false
  readonly #house: ConnectionHouse
  readonly #door: SocketDoor
  readonly #splitter: FrameSplitter
  readonly #answers = new AnswerQueue()
  readonly #outgoing = new Outgoing()
  readonly #patience: Patience
  /** What the socket has not taken yet. */
  #writing: { readonly batch: WriteBatch; readonly staging: Buffer | undefined } | undefined
  #state: 'open' | 'closing' | 'closed' = 'open'
  #peerHasEnded = false
  /** Whether a whole request is waiting to start. */
  #isBlocked = false
  #isReading = true
  #isPumping = false
  /** What is left of the connection's share of a turn; see `share`. */
  #share = share
  #isWaitingForTurn = false
  #isFinishing = false
  #mutedUntilMs = 0
  #heldBytes = 0
  #abort: AbortController | undefined

  constructor(identity: ConnectionIdentity, door: SocketDoor, house: ConnectionHouse) {
    this.id = identity.id
    this.listener = identity.listener
    this.peer = identity.peer
    this.local = identity.local
    this.#door = door
    this.#house = house
    this.#splitter = new FrameSplitter(house.memory, house.limits().maxFrameBytes)
    this.#patience = new Patience(house.clock.monotonic())
    house.handler.opened?.(this)
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController()
      if (this.#state !== 'open') this.#abort.abort()
    }
    return this.#abort.signal
  }

  get isOpen(): boolean {
    return this.#state === 'open'
  }

  /** Requests that have started and whose answers have not been handed to the socket. */
  get requestsInProcess(): number {
    return this.#answers.length
  }

  /** Bytes of answers that the socket has not taken. */
  get unsentBytes(): number {
    return this.#outgoing.bytes + (this.#writing?.batch.bytes ?? 0)
  }

  /** Bytes of memory with requests, or beginnings of them, that have not started. */
  get heldBytes(): number {
    return this.#heldBytes
  }

  /** Where the socket should put what it reads next. */
  get landing(): Buffer {
    return this.#splitter.landing
  }

  /** The socket has put so many bytes at the beginning of `landing`. */
  received(count: number): void {
    if (this.#state !== 'open') return
    // Counted as they come, and not when the request starts: the first megabytes of a large one take their time, too.
    this.#share -= count / shareBytes
    this.#splitter.received(count)
    this.#pump()
  }

  /** The client sends nothing more, but may still read. */
  peerEnded(): void {
    this.#peerHasEnded = true
    if (this.#state !== 'open') return
    // A client that leaves amid a long poll does not come back for the answer, while what it has produced must not get lost.
    if (this.#answers.mayWaitLong) this.#shut()
    else this.#endIfDone()
  }

  /** The socket has taken what it was given. */
  drained(): void {
    const writing = this.#writing
    if (writing === undefined || this.#state !== 'open') return
    this.#writing = undefined
    this.#written(writing.batch)
    if (writing.staging !== undefined) this.#house.memory.give(writing.staging)
    this.flush()
  }

  /** The socket is gone, and with it the last one who read our buffers. */
  socketClosed(): void {
    if (this.#state === 'open') this.#shut()
    if (this.#state === 'closed') return
    this.#state = 'closed'
    const writing = this.#writing
    this.#writing = undefined
    if (writing !== undefined) this.#written(writing.batch)
    if (writing?.staging !== undefined) this.#house.memory.give(writing.staging)
    this.#house.closed(this)
  }

  /** Starts no more requests; closes when those in process are answered. */
  finish(): void {
    if (this.#state !== 'open') return
    this.#isFinishing = true
    this.#isBlocked = false
    this.#steerReading()
    if (!this.#isPumping) this.#endIfDone()
  }

  close(reason: string): void {
    if (this.#state !== 'open') return
    this.#house.reportClose(this, reason)
    this.#shut()
  }

  /** Hands answers to the socket, then goes on with the requests that waited for them. Called by the outbox, once a turn. */
  flush(): void {
    while (this.#state === 'open' && this.#writing === undefined && !this.#outgoing.isEmpty) {
      const { outbox } = this.#house
      const batch = this.#outgoing.gather(outbox.staging)
      if (this.#door.write(batch.chunks)) this.#written(batch)
      else this.#writing = { batch, staging: batch.usesStaging ? outbox.takeStaging() : undefined }
    }
    if (this.#isBlocked) this.#pump()
    else this.#endIfDone()
  }

  relieved(): void {
    if (this.#state !== 'open') return
    if (this.#isBlocked) this.#pump()
    else this.#steerReading()
  }

  /** The turn is over in which this connection had had its share. */
  turnBegan(): void {
    this.#share = share
    this.#isWaitingForTurn = false
    this.relieved()
  }

  /** Looks after all time-outs; called by the house every now and then, and when a mute ends. */
  sweep(nowMs: number): void {
    if (this.#state !== 'open') return
    if (this.#mutedUntilMs > 0 && nowMs >= this.#mutedUntilMs) {
      this.#mutedUntilMs = 0
      if (this.#isBlocked) this.#pump()
      if (!this.isOpen) return
    }
    const lost = this.#patience.look(nowMs, this.#house.limits(), {
      isInProcess: this.#answers.length > 0,
      frames: this.#splitter.frames,
      receivedBytes: this.#splitter.receivedBytes,
      isPartial: this.#isReading && this.#splitter.unconsumedBytes > 0,
      writing: this.#writing,
    })
    if (lost === undefined) return
    this.#house.statistics.expired++
    if (lost.isQuiet) this.#shut()
    else this.close(lost.reason)
  }

  /** Whether nothing moved since the sweep before last: who goes first when memory is short. */
  get isStagnant(): boolean {
    return this.#patience.isStagnant
  }

  /** Handles the requests that are there, as far as they may start, and keeps the rest. */
  #pump(): void {
    if (this.#isPumping || this.#isFinishing || this.#state !== 'open') return
    this.#isPumping = true
    try {
      this.#isBlocked = this.#startRequests()
    } catch (error) {
      this.#isBlocked = false
      this.#failed(error)
    }
    this.#isPumping = false
    if (this.isOpen && !this.#isFinishing) this.#splitter.settle()
    else this.#splitter.close()
    this.#accountHeld()
    if (!this.isOpen) return
    this.#steerReading()
    this.#endIfDone()
  }

  /** Whether a whole request is left that has to wait. */
  #startRequests(): boolean {
    const splitter = this.#splitter
    const { handler } = this.#house
    while (splitter.next()) {
      const { buffer, start, end } = splitter
      const mayOverlap = handler.mayOverlap(buffer, start, end)
      if (!this.#mayStart(end - start, mayOverlap)) return true
      splitter.consume()
      this.#start(buffer, start, end, mayOverlap)
      if (!this.isOpen) return false
    }
    return false
  }

  #mayStart(bytes: number, mayOverlap: boolean): boolean {
    if (!this.#answers.letsStart(mayOverlap) || this.unsentBytes > unsentBytesAtMost) return false
    if (this.#mutedUntilMs > 0 || !this.#house.pressure.admits(this, bytes, this.#answers.length > 0)) return false
    return !this.#awaitsTurn()
  }

  /** Whether the connection has had its share of this turn. It is not read any more then, so that nothing has to be kept. */
  #awaitsTurn(): boolean {
    if (this.#share <= 0 && !this.#isWaitingForTurn) {
      this.#isWaitingForTurn = true
      this.#house.nextTurn(this)
    }
    return this.#isWaitingForTurn
  }

  #start(frame: Buffer, start: number, end: number, mayOverlap: boolean): void {
    const { handler, pressure, statistics } = this.#house
    this.#share--
    statistics.requests++
    statistics.receivedBytes += 4 + end - start
    const result = handler.handle(this, frame, start, end)
    if (!(result instanceof Promise)) {
      if (result === undefined) return
      if (this.#answers.length === 0) {
        this.#depart(result)
        return
      }
    }
    const pending = new PendingAnswer(end - start, mayOverlap, this.#answers.length > 0)
    this.#answers.add(pending)
    pressure.addRequest(pending.bytes, pending.isOverlapping)
    if (result instanceof Promise) {
      result.then(
        (reply) => this.#answered(pending, reply),
        (error: unknown) => {
          this.#failed(error)
          this.#answered(pending, undefined)
        },
      )
    } else this.#answered(pending, result)
  }

  #answered(pending: PendingAnswer, reply: Reply | undefined): void {
    if (this.#state !== 'open') {
      reply?.sent?.()
      return
    }
    pending.isDone = true
    pending.reply = reply
    for (let done = this.#answers.takeDone(); done !== undefined; done = this.#answers.takeDone()) {
      this.#house.pressure.removeRequest(done.bytes, done.isOverlapping)
      if (done.reply !== undefined) this.#depart(done.reply)
      this.#house.pressure.eased(this)
    }
    this.#house.outbox.add(this)
  }

  /** The answer is the next to leave. */
  #depart(reply: Reply): void {
    const { pressure, outbox, clock } = this.#house
    const bytes = this.#outgoing.add(reply)
    this.#share -= bytes / shareBytes
    pressure.addResponse(bytes)
    if (reply.muteMs !== undefined && reply.muteMs > 0) {
      this.#mutedUntilMs = Math.max(this.#mutedUntilMs, clock.monotonic() + reply.muteMs)
      this.#house.wakeAt(this.#mutedUntilMs)
    }
    outbox.add(this)
  }

  #written(batch: WriteBatch): void {
    const { pressure, statistics } = this.#house
    pressure.removeResponse(batch.bytes)
    statistics.sentBytes += batch.bytes
    for (const reply of batch.ending) reply.sent?.()
  }

  #steerReading(): void {
    const isDone = this.#isFinishing || this.#peerHasEnded
    const reads = !this.#isBlocked && !isDone && !this.#awaitsTurn() && this.#hasRoom()
    if (reads === this.#isReading) return
    this.#isReading = reads
    if (reads) this.#door.resume()
    else this.#door.pause()
  }

  /** Makes the buffer of a large request grow, if there is memory for it. */
  #hasRoom(): boolean {
    const { pressure } = this.#house
    const wanted = this.#splitter.wantsBytes
    if (wanted > 0) {
      if (!pressure.admitsGrowth(this, wanted)) return false
      this.#splitter.grow()
      this.#accountHeld()
    } else if (this.#splitter.unconsumedBytes === 0 && this.#answers.length === 0) pressure.eased(this)
    return true
  }

  #accountHeld(): void {
    const held = this.#splitter.heldBytes
    if (held === this.#heldBytes) return
    this.#house.pressure.addHeld(held - this.#heldBytes)
    this.#heldBytes = held
  }

  /** When either side wants to end: does so as soon as all is answered. */
  #endIfDone(): void {
    if ((!this.#peerHasEnded && !this.#isFinishing) || this.#state !== 'open') return
    if (this.#isBlocked || this.#answers.length > 0 || this.unsentBytes > 0) return
    const cut = this.#splitter.unconsumedBytes
    if (cut > 0 && !this.#isFinishing) this.#house.reportClose(this, `it ended amid a request, of which ${cut} bytes had come`)
    this.#shut()
  }

  /** What a handler threw, or the splitter. */
  #failed(error: unknown): void {
    if (!(error instanceof CloseConnection)) {
      this.#house.reportBug(this, error)
      if (this.isOpen) this.#shut()
    } else if (this.isOpen && !this.#isFinishing) this.#refuse(error)
  }

  /** The client gets the answers to what it asked before, and then the end; but nobody waits with it for the end of a long poll. */
  #refuse(error: CloseConnection): void {
    const foreign = error instanceof BadFrame ? error.foreign : undefined
    if (foreign === undefined) this.#house.reportClose(this, error.message)
    else this.#house.reportForeign(this, foreign)
    if (foreign !== undefined || this.#answers.mayWaitLong) this.#shut(foreign?.farewell)
    else this.finish()
  }

  /** Everything that ends does so here, except what the socket may still be reading from. */
  #shut(lastWords?: Buffer): void {
    this.#state = 'closing'
    const { pressure, handler } = this.#house
    for (const pending of this.#answers.takeAll()) {
      pressure.removeRequest(pending.bytes, pending.isOverlapping)
      if (pending.isDone) pending.reply?.sent?.()
    }
    pressure.removeResponse(this.#outgoing.bytes)
    this.#outgoing.abandon()
    // A handler may close the connection whose request it is reading: then the pump gives the memory back.
    if (!this.#isPumping) {
      this.#splitter.close()
      this.#accountHeld()
    }
    pressure.forget(this)
    this.#door.close(lastWords)
    this.#abort?.abort()
    handler.closed?.(this)
  }
}

/**
 * The others want their turn of the loop, too: after 256 small requests, or a mebibyte of requests and answers, a connection
 * waits for the next one. It costs so little to wait that nobody counts in which turn a request was started.
 */
const share = 256
const shareBytes = 4_096
/** Who has not read so much of his answers gets no new ones. */
const unsentBytesAtMost = 65_536
