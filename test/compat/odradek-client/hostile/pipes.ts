import { Buffer } from 'node:buffer'
import type { VirtualTime } from '@odradek/common/time'
import type { Dialler, DialTarget, IpAddress, Transport, TransportReader } from '@odradek/network/dial'
import { FrameCutter } from '../wire/frames.ts'

/** One connection as the broker's side sees it. */
export interface Pipe {
  readonly port: number
  /** Sends bytes to the client, as they are. */
  send(bytes: Uint8Array): void
  close(): void
}

/** The broker's side: told of each frame, without its size. */
export type Listener = (frame: Buffer, pipe: Pipe) => void

/** A network inside the process, in virtual time: whatever the client dials is answered by one listener. */
export class Pipes implements Dialler {
  readonly #time: VirtualTime
  readonly #listen: Listener
  readonly #open = new Set<PipeEnd>()
  /** The most that were open at once. */
  peak = 0
  dials = 0

  constructor(time: VirtualTime, listen: Listener) {
    this.#time = time
    this.#listen = listen
  }

  get open(): number {
    return this.#open.size
  }

  resolve(): Promise<readonly IpAddress[]> {
    return Promise.resolve([{ address: '10.0.0.1', family: 4 }])
  }

  canonicalNames(): Promise<readonly string[]> {
    return Promise.resolve(['hostile'])
  }

  dial(to: DialTarget, reader: TransportReader): Promise<Transport> {
    this.dials++
    const end = new PipeEnd({ time: this.#time, port: to.port, reader, listen: this.#listen, ended: () => this.#open.delete(end) })
    this.#open.add(end)
    this.peak = Math.max(this.peak, this.#open.size)
    return Promise.resolve(end)
  }
}

interface PipeOptions {
  readonly time: VirtualTime
  readonly port: number
  readonly reader: TransportReader
  readonly listen: Listener
  readonly ended: () => void
}

class PipeEnd implements Transport, Pipe {
  readonly port: number
  readonly unsentBytes = 0
  readonly localAddress = '10.0.0.2:1'
  readonly #options: PipeOptions
  readonly #frames = new FrameCutter()
  #over = false

  constructor(options: PipeOptions) {
    this.port = options.port
    this.#options = options
  }

  write(chunks: readonly Uint8Array[]): void {
    const frames = this.#frames.take(Buffer.concat(chunks)).map((frame) => Buffer.from(frame))
    // A millisecond away, so that nothing is answered within the call that asked.
    this.#options.time.after(1, () => {
      for (const frame of frames) if (!this.#over) this.#options.listen(frame, this)
    })
  }

  destroy(): void {
    this.#over = true
    this.#options.ended()
  }

  send(bytes: Uint8Array): void {
    const { reader } = this.#options
    for (let at = 0; at < bytes.length && !this.#over;) {
      const landing = reader.landing()
      const count = Math.min(landing.length, bytes.length - at)
      landing.set(bytes.subarray(at, at + count))
      at += count
      reader.received(count)
    }
  }

  close(): void {
    if (this.#over) return
    this.#over = true
    this.#options.ended()
    this.#options.reader.closed(new Error('read ECONNRESET'))
  }
}
