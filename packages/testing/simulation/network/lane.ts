import { Buffer } from 'node:buffer'
import type { SeededRandom } from '@odradek/common/random'
import { delayAround } from '../world/world.ts'
import type { World } from '../world/world.ts'

/** What a network can do that is mended: an answer of some kilobytes comes within any timeout. */
const mended = { kernelBufferBytes: 100_000, bytesPerMs: 2_000, latencyMs: 2 }

/**
 * One direction of a connection: bytes arrive in order, late, in pieces, or not at all.
 *
 * As with a real socket, what fits into the kernel's buffer is copied when it is written; the rest stays with the writer and is
 * read out of the writer's memory when there is room. Who changes it meanwhile sends something else (CVE-2026-35554).
 */
export class Lane {
  readonly #world: World
  readonly #dice: SeededRandom
  readonly #deliver: (bytes: Buffer) => void
  readonly #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #leavingAtMs = 0
  #arrivingAtMs = 0
  #stuckUntilMs = 0
  readonly #underWay: { readonly atMs: number; readonly bytes: Buffer }[] = []
  #isAwaiting = false
  /** Set when the writer has ended it: runs behind the last piece. */
  #ended: (() => void) | undefined
  /** Bytes copied and not yet arrived. */
  #kernelBytes = 0
  #isClosed = false

  constructor(world: World, dice: SeededRandom, deliver: (bytes: Buffer) => void) {
    this.#world = world
    this.#dice = dice
    this.#deliver = deliver
  }

  /** Bytes that still lie in the writer's memory. */
  get unsentBytes(): number {
    return this.#waitingBytes
  }

  write(chunks: readonly Uint8Array[]): void {
    if (this.#isClosed) return
    for (const chunk of chunks) {
      this.#waiting.push(chunk)
      this.#waitingBytes += chunk.length
    }
    this.#leave()
  }

  /** Nothing moves until then; `Infinity` for ever. */
  stick(untilMs: number): void {
    this.#stuckUntilMs = Math.max(this.#stuckUntilMs, untilMs)
  }

  /** Nothing more is written. What the kernel has may still arrive; `then` runs behind it. */
  end(isDelivered: boolean, then: () => void): void {
    this.#waiting.length = 0
    this.#waitingBytes = 0
    if (this.#isClosed || this.#ended !== undefined) return
    this.#ended = () => {
      this.#isClosed = true
      then()
    }
    if (!isDelivered) this.#underWay.length = 0
    if (this.#underWay.length > 0) return
    this.#isClosed = true
    this.#world.time.after(0, then)
  }

  /** Takes as much out of the writer's memory as the kernel has room for. */
  #leave(): void {
    const { isHealed, plan, time } = this.#world
    const { kernelBufferBytes, bytesPerMs, latencyMs } = isHealed ? mended : plan
    const room = kernelBufferBytes - this.#kernelBytes
    if (room <= 0 || this.#waitingBytes === 0 || this.#isClosed) return
    const bytes = this.#take(room)
    this.#kernelBytes += bytes.length
    const now = time.monotonic()
    this.#leavingAtMs = Math.max(this.#leavingAtMs, now) + bytes.length / bytesPerMs
    this.#arrivingAtMs = Math.max(this.#arrivingAtMs, this.#leavingAtMs + delayAround(latencyMs, this.#dice))
    if (this.#world.strikes('clog', this.#dice)) {
      this.#world.sometimes('clogged a connection')
      this.stick(now + 10 + this.#dice.nextInt(2_000))
    }
    this.#underWay.push({ atMs: this.#arrivingAtMs, bytes })
    this.#awaitArrival()
    if (this.#waitingBytes > 0) this.#leave()
  }

  /** Pieces arrive in the order in which they left, whatever holds them up on the way. */
  #awaitArrival(): void {
    const first = this.#underWay[0]
    if (first === undefined || this.#isAwaiting) return
    const atMs = Math.max(first.atMs, this.#stuckUntilMs)
    if (atMs === Infinity) return
    this.#isAwaiting = true
    this.#world.time.after(atMs - this.#world.nowMs, () => {
      this.#isAwaiting = false
      if (this.#isClosed) return
      // Else it has got stuck meanwhile.
      if (this.#stuckUntilMs <= this.#world.nowMs) {
        this.#underWay.shift()
        this.#kernelBytes -= first.bytes.length
        this.#deliverInPieces(first.bytes)
        if (this.#underWay.length === 0) this.#ended?.()
        this.#leave()
      }
      this.#awaitArrival()
    })
  }

  #deliverInPieces(bytes: Buffer): void {
    if (bytes.length < 2 || !this.#world.strikes('cut', this.#dice)) return this.#deliver(bytes)
    this.#world.sometimes('cut a piece of data')
    let at = 0
    while (at < bytes.length && !this.#isClosed) {
      const size = this.#dice.nextInt(4) === 0 ? 1 : 1 + this.#dice.nextInt(bytes.length - at)
      this.#deliver(bytes.subarray(at, at + size))
      at += size
    }
  }

  #take(room: number): Buffer {
    const size = Math.min(room, this.#waitingBytes)
    const bytes = Buffer.allocUnsafeSlow(size)
    let filled = 0
    while (filled < size) {
      const first = this.#waiting[0]
      if (first === undefined) break
      const part = first.length <= size - filled ? first : first.subarray(0, size - filled)
      bytes.set(part, filled)
      filled += part.length
      if (part === first) this.#waiting.shift()
      else this.#waiting[0] = first.subarray(part.length)
    }
    this.#waitingBytes -= filled
    return bytes
  }
}
