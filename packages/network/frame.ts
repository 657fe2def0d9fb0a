import type { Buffer } from 'node:buffer'
import { int32At } from '@odradek/common/bytes'
import { CloseConnection } from './connection.ts'
import { foreignProtocol } from './foreign-protocol.ts'
import type { ForeignProtocol } from './foreign-protocol.ts'
import { largestKept } from './read-memory.ts'
import type { ReadMemory } from './read-memory.ts'

/** The size in front of a request cannot be one. */
export class BadFrame extends CloseConnection {
  /** Set if this is no broken Kafka client but somebody at the wrong door. */
  readonly foreign: ForeignProtocol | undefined

  constructor(reason: string, foreign?: ForeignProtocol) {
    super(reason)
    this.name = 'BadFrame'
    this.foreign = foreign
  }
}

/**
 * Finds the requests in what one connection sends: an int32 size, then so many bytes, again and again.
 *
 * The size is a claim, not a reason to allocate. A request larger than what was read at once gets a buffer of 64 KiB
 * that doubles as bytes come; a connection that has sent as large a request before gets up to 1 MiB and a little at once.
 *
 * Reading goes: `landing` → the kernel fills it → `received(n)` → while (`next()`) { use `buffer[start, end)`; `consume()` }
 * → `settle()`. A frame that was found and not consumed is found again by the next `next()`.
 */
export class FrameSplitter {
  /** The request that `next` found. Valid until `settle`. */
  buffer: Buffer
  start = 0
  end = 0
  /** How many were consumed. */
  frames = 0
  /** All bytes that have come. */
  receivedBytes = 0
  readonly #memory: ReadMemory
  readonly #maxFrameBytes: number
  /** What was not consumed: `#bytes[#from, #to)`; the shared memory, or a buffer of our own, or nothing. */
  #bytes: Buffer | undefined
  #from = 0
  #to = 0
  #landsInOwn = false
  /** The largest request that this connection has really sent. */
  #largestFrame = 0

  constructor(memory: ReadMemory, maxFrameBytes: number) {
    this.#memory = memory
    this.#maxFrameBytes = maxFrameBytes
    this.buffer = memory.shared
  }

  /** Bytes of memory that this connection alone holds. */
  get heldBytes(): number {
    return this.#bytes === undefined || this.#bytes === this.#memory.shared ? 0 : this.#bytes.length
  }

  /** Bytes that have come and were not consumed. */
  get unconsumedBytes(): number {
    return this.#to - this.#from
  }

  /** Where the next bytes should be put. Ask again after each `settle`; what is left of an older one is not looked at. */
  get landing(): Buffer {
    if (this.#growsInPlace && this.#to < this.heldBytes) {
      this.#landsInOwn = true
      return this.#own().subarray(this.#to)
    }
    this.#landsInOwn = false
    const hasRoomForSome = this.#largestFrame > largestCarried && this.#largestFrame <= largestLanded
    return hasRoomForSome ? this.#memory.largeLanding : this.#memory.smallLanding
  }

  /** So many bytes were put at the beginning of the last `landing`. */
  received(count: number): void {
    this.receivedBytes += count
    if (this.#landsInOwn) {
      this.#to += count
      return
    }
    const { shared, landingStart } = this.#memory
    const unread = this.#to - this.#from
    if (unread > landingStart) {
      this.#append(shared, landingStart, count)
      return
    }
    if (unread > 0) {
      const kept = this.#own()
      kept.copy(shared, landingStart - unread, this.#from, this.#to)
      this.#memory.give(kept)
    }
    this.#bytes = shared
    this.#from = landingStart - unread
    this.#to = landingStart + count
  }

  /** Finds the next whole request; false if there is none yet. Throws `BadFrame` when what stands there is no size. */
  next(): boolean {
    const unread = this.#to - this.#from
    if (this.#bytes === undefined || unread < 4) return false
    const size = int32At(this.#bytes, this.#from)
    const foreign = this.frames === 0 ? foreignProtocol(size) : undefined
    if (foreign !== undefined) throw new BadFrame(`it speaks ${foreign.name}`, foreign)
    if (size < 0 || size > this.#maxFrameBytes) throw new BadFrame(badSize(size, this.#maxFrameBytes))
    if (unread - 4 < size) return false
    this.buffer = this.#bytes
    this.start = this.#from + 4
    this.end = this.start + size
    return true
  }

  /** The request that `next` found is done with. */
  consume(): void {
    const size = this.end - this.start
    if (size > this.#largestFrame) this.#largestFrame = size
    this.#from = this.end
    this.frames++
  }

  /** Keeps what was not consumed, and nothing more. The shared memory is free again for others. */
  settle(): void {
    const bytes = this.#bytes
    if (bytes === undefined) return
    const unread = this.#to - this.#from
    if (unread === 0) {
      if (bytes !== this.#memory.shared) this.#memory.give(bytes)
      this.#bytes = undefined
      this.#from = this.#to = 0
    } else if (bytes === this.#memory.shared) {
      this.#moveTo(this.#memory.take(Math.max(unread, this.#roomAtFirst())))
    } else if (this.#from > 0 && this.#isPartial) {
      const room = Math.max(unread, this.#roomAtFirst())
      if (bytes.length >= room && bytes.length <= 4 * room) this.#moveTo(bytes)
      else this.#moveTo(this.#memory.take(room))
    }
  }

  /** Bytes that the buffer has to grow by before more can be read into it; 0 if there is room, or nothing is being gathered. */
  get wantsBytes(): number {
    const held = this.heldBytes
    if (!this.#growsInPlace || this.#to < held) return 0
    return Math.min(this.#frameBytes, 2 * held) - held
  }

  /** Makes the buffer larger by what it wants. */
  grow(): void {
    const more = this.wantsBytes
    if (more > 0) this.#moveTo(this.#memory.take(this.heldBytes + more))
  }

  /** Gives all back; the connection is closed. */
  close(): void {
    this.#from = this.#to
    this.settle()
  }

  /** True from the first byte of a request to its last. */
  get #isPartial(): boolean {
    const unread = this.#to - this.#from
    return unread > 0 && (unread < 4 || unread < this.#frameBytes)
  }

  /** Size of the first request with its size field; only the 4 while that is not there. */
  get #frameBytes(): number {
    return this.#bytes === undefined || this.#to - this.#from < 4 ? 4 : 4 + int32At(this.#bytes, this.#from)
  }

  /** A small beginning is carried in front of the landing when the rest comes; a large one stays and the rest is read behind it. */
  get #growsInPlace(): boolean {
    return this.#bytes !== undefined && this.#bytes !== this.#memory.shared && this.#isPartial && this.#frameBytes > largestCarried
  }

  /** The buffer that the first request needs now. */
  #roomAtFirst(): number {
    const frame = this.#frameBytes
    if (!this.#isPartial || frame <= largestCarried) return 0
    const trusted = Math.min(this.#largestFrame, largestTrusted)
    // Who sends one large request after the other gets room for several, so that fewer reads are needed.
    if (frame <= trusted) return Math.max(frame, Math.min(4 * trusted, 1_048_576))
    return Math.min(frame, Math.max(firstRoom, trusted))
  }

  #own(): Buffer {
    if (this.#bytes === undefined) throw new Error('a connection without bytes has no buffer')
    return this.#bytes
  }

  #append(from: Buffer, start: number, count: number): void {
    const unread = this.#to - this.#from
    if (this.#to + count > this.heldBytes) this.#moveTo(this.#memory.take(Math.max(unread + count, this.#roomAtFirst())))
    from.copy(this.#own(), this.#to, start, start + count)
    this.#to += count
  }

  #moveTo(target: Buffer): void {
    const bytes = this.#own()
    const unread = this.#to - this.#from
    bytes.copy(target, 0, this.#from, this.#to)
    if (bytes !== target && bytes !== this.#memory.shared) this.#memory.give(bytes)
    this.#bytes = target
    this.#from = 0
    this.#to = unread
  }
}

/** A request up to this size is put together by copying its beginning, at most once for each read. */
const largestCarried = 16_384
/**
 * Several requests up to this size are read at once. Of a larger one only its beginning should land where all land: how much of it has come
 * already has to be copied out of there, up to all of it, while the rest is read to where it stays.
 */
const largestLanded = 262_144
/** What a large request gets at first, whatever it says of itself. */
const firstRoom = 65_536
/** How much a connection gets at once because it has filled as much before. */
const largestTrusted = largestKept

function badSize(size: number, max: number): string {
  if (size < 0) return `it announced a request of ${size} bytes`
  return `it announced a request of ${size} bytes; socket.request.max.bytes is ${max}`
}
