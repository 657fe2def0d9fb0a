import type { Buffer } from 'node:buffer'
import type { SeededRandom } from '@odradek/common/random'
import type { Transport, TransportReader } from '@odradek/network/dial'
import type { World } from '../world/world.ts'
import { Lane } from './lane.ts'

/** The broker's end of a connection: what comes in. */
export interface ServerReader {
  received(bytes: Buffer): void
  closed(): void
}

/** The broker's end of a connection: what goes out. */
export interface ServerSocket {
  readonly linkId: number
  /** The client has ended the connection; what still comes is of the past. */
  readonly clientIsGone: boolean
  write(chunks: readonly Uint8Array[]): void
  /** Ends the connection; the client notices a moment later. */
  close(): void
}

/** Runs something in the client's process: now, after its pause, or never. */
export type Gate = (action: () => void) => void

/** One connection of a client to a broker. */
export class Link implements Transport, ServerSocket {
  readonly linkId: number
  /** `host:port` that was dialled. */
  readonly address: string
  readonly #world: World
  readonly #dice: SeededRandom
  readonly #reader: TransportReader
  readonly #gate: Gate
  readonly #onEnd: (link: Link) => void
  readonly #toServer: Lane
  readonly #toClient: Lane
  #server: ServerReader | undefined
  #clientIsOpen = true
  #serverIsOpen = true

  constructor(options: {
    readonly id: number
    readonly address: string
    readonly world: World
    readonly dice: SeededRandom
    readonly reader: TransportReader
    readonly gate: Gate
    readonly accept: (socket: ServerSocket) => ServerReader
    readonly onEnd: (link: Link) => void
  }) {
    const { id, address, world, dice, reader, gate, accept, onEnd } = options
    this.linkId = id
    this.address = address
    this.#world = world
    this.#dice = dice
    this.#reader = reader
    this.#gate = gate
    this.#onEnd = onEnd
    this.#toServer = new Lane(world, dice, (bytes) => this.#arrivedAtServer(bytes))
    this.#toClient = new Lane(world, dice, (bytes) => gate(() => this.#arrivedAtClient(bytes)))
    this.#server = accept(this.#serverSocket())
  }

  get unsentBytes(): number {
    return this.#toServer.unsentBytes
  }

  get localAddress(): string {
    return `10.9.0.1:${40_000 + this.linkId}`
  }

  get clientIsGone(): boolean {
    return !this.#clientIsOpen
  }

  get isOpen(): boolean {
    return this.#clientIsOpen
  }

  write(chunks: readonly Uint8Array[]): void {
    if (this.#clientIsOpen) this.#toServer.write(chunks)
  }

  /** The client ends it. What it had handed over may still arrive, and be carried out. */
  destroy(): void {
    if (!this.#clientIsOpen) return
    this.#world.note('client closes', this.linkId)
    this.#clientEnds()
    const isDelivered = this.#dice.nextInt(2) === 0
    this.#toServer.end(isDelivered, () => this.#serverEnds())
    this.#toClient.end(false, () => undefined)
  }

  close(): void {
    if (!this.#serverIsOpen) return
    this.#world.note('broker closes', this.linkId)
    this.#serverEnds()
    this.#toClient.end(true, () => this.#clientNotices(undefined))
  }

  /** The network ends it: the client notices now, the broker too, but perhaps only when it has got what was on its way. */
  reset(): void {
    this.#world.note('reset', this.linkId)
    const isDelivered = this.#dice.nextInt(2) === 0
    this.#toServer.end(isDelivered, () => this.#serverEnds())
    this.#toClient.end(false, () => undefined)
    this.#clientNotices(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }))
  }

  /** Nothing moves for so long; `Infinity`: half-open, and nobody is told. */
  silence(forMs: number, direction: 'both' | 'to server' | 'to client' = 'both'): void {
    this.#world.note('silence', this.linkId, direction, forMs)
    const untilMs = this.#world.nowMs + forMs
    if (direction !== 'to client') this.#toServer.stick(untilMs)
    if (direction !== 'to server') this.#toClient.stick(untilMs)
  }

  /** The client's process is gone. */
  abandon(): void {
    if (!this.#clientIsOpen) return
    this.#clientEnds()
    this.#toServer.end(this.#dice.nextInt(2) === 0, () => this.#serverEnds())
    this.#toClient.end(false, () => undefined)
  }

  #serverSocket(): ServerSocket {
    const isGone = (): boolean => this.clientIsGone
    return {
      linkId: this.linkId,
      get clientIsGone() {
        return isGone()
      },
      write: (chunks) => {
        if (this.#serverIsOpen) this.#toClient.write(chunks)
      },
      close: () => this.close(),
    }
  }

  #arrivedAtServer(bytes: Buffer): void {
    if (!this.#serverIsOpen) return
    this.#server?.received(bytes)
  }

  #arrivedAtClient(bytes: Buffer): void {
    if (!this.#clientIsOpen) return
    if (this.#world.strikes('reset', this.#dice)) {
      this.#world.sometimes('reset a connection')
      // Some of it may have come through.
      this.#hand(bytes.subarray(0, this.#dice.nextInt(bytes.length)))
      if (this.#clientIsOpen) this.reset()
      return
    }
    if (this.#world.strikes('silence', this.#dice)) {
      this.#world.sometimes('left a connection half-open')
      this.silence(Infinity, this.#dice.nextInt(2) === 0 ? 'both' : 'to client')
    }
    this.#hand(bytes)
  }

  #hand(bytes: Buffer): void {
    let at = 0
    while (at < bytes.length && this.#clientIsOpen) {
      const landing = this.#reader.landing()
      const count = bytes.copy(landing, 0, at, Math.min(bytes.length, at + landing.length))
      if (count === 0) {
        this.#world.violate('door', 'a landing without room')
        return
      }
      at += count
      this.#reader.received(count)
    }
  }

  #clientNotices(cause: Error | undefined): void {
    this.#gate(() => {
      if (!this.#clientIsOpen) return
      this.#clientEnds()
      this.#reader.closed(cause)
    })
  }

  #clientEnds(): void {
    this.#clientIsOpen = false
    this.#onEnd(this)
  }

  #serverEnds(): void {
    if (!this.#serverIsOpen) return
    this.#serverIsOpen = false
    this.#server?.closed()
    this.#server = undefined
  }
}
