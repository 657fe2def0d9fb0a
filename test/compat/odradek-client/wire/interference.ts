import { Buffer } from 'node:buffer'
import { systemDialler } from '@odradek/network/dial'
import { errorCode } from '@odradek/protocol'
import { ApiVersions, Produce } from '@odradek/protocol/messages'
import type { Api, Fields, ReadOf, WriteOf } from '@odradek/protocol/schema'
import type { Dialler, DialTarget, Transport, TransportReader } from '@odradek/network/dial'
import { FrameCutter, readAnswer, readRequest, withSize, writeAnswer } from './frames.ts'
import type { SeenRequest } from './frames.ts'

/** What becomes of one request. */
export type Verdict =
  /** It goes its way. */
  | undefined
  /** The broker never sees it, and the connection breaks. */
  | 'lost'
  /** The broker does what it asks; the connection breaks before the answer. */
  | 'answer lost'
  /** The broker never sees it, and nobody answers, nor anything behind it. */
  | 'silence'
  /** The broker never sees it; this frame is the answer. */
  | { readonly forge: (request: SeenRequest) => Buffer }
  /** The broker's answer, changed. */
  | { readonly change: (request: SeenRequest, frame: Buffer) => Buffer }
  /** It goes its way when the promise has resolved, and all behind it. */
  | { readonly after: Promise<unknown> }

/** The broker never sees it; this is the answer. */
export function answering<Q extends Fields, S extends Fields>(api: Api<Q, S>, answer: WriteOf<S>): Verdict {
  return { forge: (request) => writeAnswer(api, request, answer) }
}

/** The broker's answer, changed; one that says "not in this version" is not, and the client will ask again. */
export function changing<Q extends Fields, S extends Fields>(api: Api<Q, S>, change: (answer: ReadOf<S>) => WriteOf<S>): Verdict {
  return {
    change: (request, frame) => (refusesVersion(api, frame) ? frame : writeAnswer(api, request, change(readAnswer(api, request, frame)))),
  }
}

/** Brokers before 2.4 don't know the versions of ApiVersions that we begin with. The answer to that is always of version 0: code behind correlation id. */
function refusesVersion(api: Api, frame: Buffer): boolean {
  return api.key === ApiVersions.key && frame.readInt16BE(4) === errorCode('UNSUPPORTED_VERSION')
}

/** Decides on each request; `port` is the broker's. */
export type Interfere = (request: SeenRequest, port: number) => Verdict

/** The network with something in between that loses, holds and forges messages; the broker behind it is the real one. */
export class InterferingDialler implements Dialler {
  /** May be set anew at any time. */
  interfere: Interfere
  /** What `interfere` threw: requests that should never have been sent. */
  readonly complaints: unknown[] = []
  readonly #open = new Set<Wire>()
  #dark = false

  constructor(interfere: Interfere = () => undefined) {
    this.interfere = interfere
  }

  /** All connections break, and none opens: to the broker, this client is dead. */
  blackOut(): void {
    this.#dark = true
    for (const wire of this.#open) wire.break()
  }

  lightUp(): void {
    this.#dark = false
  }

  get openConnections(): number {
    return this.#open.size
  }

  resolve(host: string) {
    return systemDialler.resolve(host)
  }

  canonicalNames(address: DialTarget['address']) {
    return systemDialler.canonicalNames(address)
  }

  #decide(request: SeenRequest, port: number): Verdict {
    try {
      return this.interfere(request, port)
    } catch (error) {
      this.complaints.push(error)
      return 'lost'
    }
  }

  async dial(to: DialTarget, reader: TransportReader, signal: AbortSignal): Promise<Transport> {
    if (this.#dark) throw Object.assign(new Error('connect ECONNREFUSED: the network is dark'), { code: 'ECONNREFUSED' })
    const wire = new Wire(
      reader,
      (request) => this.#decide(request, to.port),
      () => this.#open.delete(wire),
    )
    await wire.open(await systemDialler.dial(to, wire, signal))
    this.#open.add(wire)
    if (this.#dark) wire.break()
    return wire
  }
}

interface Expected {
  readonly request: SeenRequest
  readonly verdict: Verdict
  /** Known at once for forged answers. */
  answer: Buffer | undefined
}

/** One connection: looks at the frames of both directions. */
class Wire implements Transport, TransportReader {
  readonly #reader: TransportReader
  readonly #decide: (request: SeenRequest) => Verdict
  readonly #ended: () => void
  readonly #requests = new FrameCutter()
  readonly #answers = new FrameCutter()
  readonly #expected: Expected[] = []
  readonly #landing = Buffer.alloc(65_536)
  #transport: Transport | undefined
  #over = false
  #silent = false
  /** Requests behind one that is held. */
  #held: Promise<unknown> | undefined

  constructor(reader: TransportReader, decide: (request: SeenRequest) => Verdict, ended: () => void) {
    this.#reader = reader
    this.#decide = decide
    this.#ended = ended
  }

  open(transport: Transport): Promise<void> {
    this.#transport = transport
    return Promise.resolve()
  }

  break(): void {
    if (this.#over) return
    this.destroy()
    this.#reader.closed(new Error('read ECONNRESET: the network broke'))
  }

  // Towards the broker.

  get unsentBytes(): number {
    return this.#transport?.unsentBytes ?? 0
  }

  get localAddress(): string {
    return this.#transport?.localAddress ?? ''
  }

  write(chunks: readonly Uint8Array[]): void {
    for (const frame of this.#requests.take(Buffer.concat(chunks))) {
      this.#held = this.#held === undefined ? this.#request(frame) : this.#held.then(() => this.#request(frame))
    }
  }

  destroy(): void {
    this.#over = true
    this.#ended()
    this.#transport?.destroy()
  }

  /** Answers a promise when what is behind it must wait. */
  #request(frame: Buffer): Promise<unknown> | undefined {
    if (this.#over || this.#silent) return undefined
    const request = readRequest(frame)
    const verdict = this.#decide(request)
    const send = (): void => {
      if (!this.#over) this.#transport?.write([withSize(frame)])
    }
    if (verdict === 'lost') {
      this.break()
      return undefined
    }
    if (verdict === 'silence') {
      this.#silent = true
      return undefined
    }
    const forged = typeof verdict === 'object' && 'forge' in verdict
    const isAnswered = request.of(Produce)?.acks !== 0
    if (isAnswered || forged) this.#expected.push({ request, verdict, answer: forged ? verdict.forge(request) : undefined })
    if (forged) this.#deliver()
    else if (typeof verdict === 'object' && 'after' in verdict) return verdict.after.then(send, send)
    else send()
    return undefined
  }

  // From the broker.

  landing(): Buffer {
    return this.#landing
  }

  received(count: number): void {
    for (const frame of this.#answers.take(Buffer.from(this.#landing.subarray(0, count)))) {
      const expected = this.#expected.find(({ answer }) => answer === undefined)
      if (expected === undefined || this.#over) return
      const { request, verdict } = expected
      if (verdict === 'answer lost') {
        this.break()
        return
      }
      expected.answer = typeof verdict === 'object' && 'change' in verdict ? verdict.change(request, frame) : frame
    }
    this.#deliver()
  }

  closed(cause: Error | undefined): void {
    if (this.#over) return
    this.#over = true
    this.#ended()
    this.#reader.closed(cause)
  }

  /** Answers leave in the order of their requests, forged ones among them, and never from within `write`. */
  #deliver(): void {
    setImmediate(() => {
      for (let first = this.#expected[0]; first?.answer !== undefined && !this.#over; first = this.#expected[0]) {
        this.#expected.shift()
        this.#hand(withSize(first.answer))
      }
    })
  }

  #hand(bytes: Buffer): void {
    for (let at = 0; at < bytes.length && !this.#over;) {
      const landing = this.#reader.landing()
      const count = bytes.copy(landing, 0, at)
      at += count
      this.#reader.received(count)
    }
  }
}
