import { Buffer } from 'node:buffer'
import { ByteReader, ByteWriter, int32At } from '@odradek/common/bytes'
import type { Clock } from '@odradek/common/time'
import type { Transport, TransportReader } from '@odradek/network/dial'
import { KafkaError, readResponseHeader, writeRequestHeader } from '@odradek/protocol'
import type { ApiRanges } from './api-ranges.ts'
import type { AnyCall } from './call.ts'
import type { ConnectionWatch } from './connection-watch.ts'
import { FrameReader } from './frame-reader.ts'

export interface ConnectionContext {
  readonly clock: Clock
  readonly clientId: string
  readonly receiveMessageMaxBytes: number
  /** `1 (kafka.example:9092)`, for messages. */
  readonly broker: string
  readonly traffic: Traffic
  readonly watch?: ConnectionWatch | undefined
}

/** Bytes and requests of all connections together, for metrics. */
export interface Traffic {
  sentBytes: number
  receivedBytes: number
  requests: number
  answers: number
  /** That were opened. */
  connections: number
}

/**
 * One open stream to a broker: requests go out in order, answers come back in it.
 *
 * What is sent in one go leaves in one write. An answer that does not fit the request that is due ends the connection, for
 * nothing after it can be trusted; all who wait for answers then get NETWORK_EXCEPTION.
 */
export class Connection implements TransportReader {
  /** `1 (kafka.example:9092)`, for messages. */
  broker: string
  /** Calls that were sent and not answered, in order. Some may have been given up by their callers. */
  readonly inFlight: AnyCall[] = []
  /** Calls without an answer that wait until the kernel has taken their bytes; else a slow broker would fill our memory. */
  readonly leaving: AnyCall[] = []
  /** What the broker announced; none before the connection has been set up. */
  versions: ApiRanges | undefined
  /** Monotonic; nothing may be sent before. */
  throttledUntilMs = 0
  lastUsedMs: number
  isClosed = false
  /** Called once, when the connection ends other than by `close`. */
  onClosed: ((error: KafkaError) => void) | undefined
  readonly #clock: Clock
  readonly #clientId: string
  readonly #traffic: Traffic
  readonly #watch: ConnectionWatch | undefined
  readonly #frames: FrameReader
  #transport: Transport | undefined
  #nextCorrelationId = 0
  #outgoing: Buffer[] = []
  #outgoingBytes = 0
  /** When the last bytes came. */
  #receivedMs = 0
  #slab: Buffer = emptySlab
  #slabUsed = 0

  constructor({ clock, clientId, receiveMessageMaxBytes, broker, traffic, watch }: ConnectionContext) {
    this.broker = broker
    this.#clock = clock
    this.#clientId = clientId
    this.#traffic = traffic
    this.#watch = watch
    this.lastUsedMs = clock.monotonic()
    this.#frames = new FrameReader(receiveMessageMaxBytes, (frame) => this.#take(frame))
  }

  /** The stream is open now. */
  attach(transport: Transport): void {
    if (this.isClosed) transport.destroy()
    else {
      this.#transport = transport
      this.#traffic.connections++
      this.#watch?.opened()
    }
  }

  /** The broker has become known by its id. */
  rename(broker: string, id: number): void {
    this.broker = broker
    this.#watch?.moveTo(id)
  }

  get localAddress(): string {
    return this.#transport?.localAddress ?? ''
  }

  /** Sends a call in `call.version`. Throws what its encoding throws; the connection is as before then. */
  send(call: AnyCall, nowMs: number = this.#clock.monotonic()): void {
    call.correlationId = this.#nextCorrelationId
    const { length } = this.#outgoing
    const bytes = this.#encode(call)
    this.#nextCorrelationId = (this.#nextCorrelationId + 1) & 0x7fff_ffff
    this.lastUsedMs = nowMs
    this.#traffic.requests++
    this.#outgoingBytes += bytes
    this.#watch?.sent(call, bytes, nowMs)
    // What is sent before this run of microtasks is over leaves in one write.
    if (length === 0) void settled.then(this.#flush)
    ;(call.options.noAnswer === true ? this.leaving : this.inFlight).push(call)
  }

  /** Hands everything to the kernel that is still to be sent, for a close that follows. */
  flush(): void {
    this.#flush()
  }

  /** Ends it. Calls that wait for answers fail with `error`. */
  close(error: Error): void {
    if (this.isClosed) return
    this.isClosed = true
    this.#transport?.destroy()
    this.#outgoing = []
    this.#outgoingBytes = 0
    if (this.#transport !== undefined) this.#watch?.closed()
    for (const call of [...this.inFlight.splice(0), ...this.leaving.splice(0)]) {
      this.#watch?.ended(call, error)
      call.fail(error)
    }
  }

  landing(): Buffer {
    return this.#frames.landing()
  }

  received(count: number): void {
    this.#traffic.receivedBytes += count
    const nowMs = this.#clock.monotonic()
    this.#receivedMs = nowMs
    this.#watch?.received(count, nowMs)
    try {
      this.#frames.received(count)
    } catch (error) {
      this.#break(
        error instanceof KafkaError ? error : new KafkaError('NETWORK_EXCEPTION', this.#said('sent something strange'), { cause: error }),
      )
    }
  }

  drained(): void {
    for (const call of this.leaving.splice(0)) {
      this.#watch?.ended(call)
      call.answerWithNothing()
    }
  }

  closed(cause: Error | undefined): void {
    const why = cause === undefined ? 'closed the connection' : `broke the connection: ${reasonOf(cause)}`
    const hint = /certificate/.test(why) ? 'The broker wants a certificate of this client that it trusts: ssl.keystore.*.' : ''
    this.#break(new KafkaError('NETWORK_EXCEPTION', this.#said(why), { ...(cause === undefined ? {} : { cause }), hint }))
  }

  #break(error: KafkaError): void {
    if (this.isClosed) return
    this.close(error)
    this.onClosed?.(error)
  }

  #said(what: string): string {
    return `Broker ${this.broker} ${what}.`
  }

  #take(frame: Buffer): boolean {
    const call = this.inFlight.shift()
    const correlationId = int32At(frame, 0)
    if (call === undefined || call.correlationId !== correlationId) {
      if (call !== undefined) this.inFlight.unshift(call)
      const wanted = call === undefined ? 'none was due' : `the one to ${call.api.name} (${call.correlationId}) was due`
      this.#break(new KafkaError('NETWORK_EXCEPTION', this.#said(`sent an answer with correlation id ${correlationId} when ${wanted}`)))
      return false
    }
    this.lastUsedMs = this.#receivedMs
    this.#traffic.answers++
    this.#watch?.answered(call, frame.length, this.#receivedMs)
    try {
      const reader = new ByteReader(frame)
      readResponseHeader(reader, call.api, call.version)
      const throttleMs = call.answer(reader)
      if (throttleMs > 0) this.throttledUntilMs = Math.max(this.throttledUntilMs, this.lastUsedMs + throttleMs)
    } catch (cause) {
      const error = new KafkaError('NETWORK_EXCEPTION', this.#said(`sent an answer to ${call.api.name} that can't be read`), { cause })
      call.fail(error)
      this.#break(error)
    }
    return !this.isClosed
  }

  /** Puts the request behind the others; gives its bytes. */
  #encode(call: AnyCall): number {
    const space = this.#space(leastSlab)
    const writer = new ByteWriter(space)
    const lengthAt = writer.gap(4)
    writeRequestHeader(writer, call.api, { apiVersion: call.version, correlationId: call.correlationId, clientId: this.#clientId })
    call.encode(writer)
    writer.int32At(lengthAt, writer.size - 4)
    // A request that was too large for the rest of the slab has a buffer of its own by now.
    if (writer.buffer === space) this.#slabUsed += writer.position
    writer.chunks(this.#outgoing)
    return writer.size
  }

  /** What is left of the slab, or a new one. */
  #space(atLeast: number): Buffer {
    if (this.#slab.length - this.#slabUsed < atLeast) {
      this.#slab = Buffer.allocUnsafeSlow(slabBytes)
      this.#slabUsed = 0
    }
    return this.#slabUsed === 0 ? this.#slab : this.#slab.subarray(this.#slabUsed)
  }

  readonly #flush = (): void => {
    const chunks = this.#outgoing
    if (chunks.length === 0 || this.#transport === undefined) return
    const bytes = this.#outgoingBytes
    this.#outgoing = []
    this.#outgoingBytes = 0
    this.#traffic.sentBytes += bytes
    this.#watch?.wrote(bytes, this.lastUsedMs)
    this.#transport.write(chunks.length === 1 ? chunks : bytes <= mostCopied ? [this.#packed(chunks, bytes)] : joined(chunks))
    if (this.leaving.length > 0 && this.#transport.unsentBytes <= mostUnsentBytes) this.drained()
  }

  #packed(chunks: readonly Buffer[], bytes: number): Buffer {
    const packed = this.#space(bytes).subarray(0, bytes)
    this.#slabUsed += bytes
    let at = 0
    for (const chunk of chunks) {
      packed.set(chunk, at)
      at += chunk.length
    }
    return packed
  }
}

/** What is already done: whatever is hung onto it runs at the end of this run of microtasks. */
const settled = Promise.resolve()

/** What OpenSSL has to say is a line of codes; its reason is a sentence. */
function reasonOf(cause: Error): string {
  return 'reason' in cause && typeof cause.reason === 'string' ? cause.reason : cause.message
}

/** Requests that lie one behind the other in the slab, as one chunk. */
function joined(chunks: readonly Buffer[]): Buffer[] {
  const result: Buffer[] = []
  for (const chunk of chunks) {
    const last = result.at(-1)
    if (last !== undefined && last.buffer === chunk.buffer && last.byteOffset + last.length === chunk.byteOffset)
      result[result.length - 1] = Buffer.from(last.buffer, last.byteOffset, last.length + chunk.length)
    else result.push(chunk)
  }
  return result
}

/** Requests are written one after the other into a slab, since what was handed to a socket may not be written over. */
const slabBytes = 16_384
const leastSlab = 512
/** Up to here a copy costs less than a list of pieces for the kernel does. */
const mostCopied = 4096
/** More than that, and whoever asks for no answers waits. Above the high-water mark of a socket, or it would not tell us. */
const mostUnsentBytes = 262_144
const emptySlab = Buffer.alloc(0)
