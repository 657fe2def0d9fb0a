import { Buffer } from 'node:buffer'
import { ByteReader } from '@odradek/common/bytes'
import type { ByteWriter } from '@odradek/common/bytes'
import { KafkaError } from '@odradek/protocol'
import type { Api, Fields, ReadOf, WriteOf } from '@odradek/protocol/schema'
import type { RequestContext } from '../tracing/channels.ts'
import type { CallOptions } from './cluster.ts'

/** One request and the promise of its answer: waits to be sent, then for the answer. */
export class Call<Q extends Fields = Fields, S extends Fields = Fields> {
  readonly api: Api<Q, S>
  readonly promise: Promise<ReadOf<S>>
  readonly options: CallOptions
  /** Monotonic; whoever made the call waits no longer. */
  deadlineMs: number
  /** Monotonic; when a broker has not answered by then, its connection is of no use. */
  brokerDeadlineMs = Infinity
  version = -1
  correlationId = 0
  /** Monotonic. */
  sentAtMs = 0
  /** Only while somebody listens in. */
  context: RequestContext | undefined = undefined
  isSettled = false
  readonly #request: WriteOf<Q> | ((version: number) => WriteOf<Q>)
  readonly #onSettled: (() => void) | undefined
  #resolve!: (answer: ReadOf<S>) => void
  #reject!: (reason: unknown) => void

  constructor(
    api: Api<Q, S>,
    request: WriteOf<Q> | ((version: number) => WriteOf<Q>),
    {
      deadlineMs,
      options = {},
      onSettled,
    }: { readonly deadlineMs: number; readonly options?: CallOptions; readonly onSettled?: () => void },
  ) {
    this.api = api
    this.options = options
    this.deadlineMs = deadlineMs
    this.#request = request
    this.#onSettled = onSettled
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    const { signal } = options
    if (signal === undefined) return
    if (signal.aborted) this.fail(signal.reason)
    else signal.addEventListener('abort', this, { once: true })
  }

  encode(writer: ByteWriter): void {
    const request = this.#request
    this.api.encodeRequest(writer, typeof request === 'function' ? request(this.version) : request, this.version)
  }

  /** Decodes and settles; gives the time for which the broker wants nothing more (KIP-219). Throws `MalformedBytes`. */
  answer(reader: ByteReader): number {
    const answer = this.api.decodeResponse(reader, this.version)
    if (this.#settle()) this.#resolve(answer)
    const throttleTimeMs: unknown = 'throttleTimeMs' in answer ? answer['throttleTimeMs'] : 0
    return typeof throttleTimeMs === 'number' ? throttleTimeMs : 0
  }

  /** The request has been handed to the socket and nobody will answer it (Produce with acks=0). */
  answerWithNothing(): void {
    // In its oldest version an answer of zeros has empty lists, and no errors.
    const nothing = this.api.decodeResponse(new ByteReader(Buffer.alloc(64)), this.api.versions[0])
    if (this.#settle()) this.#resolve(nothing)
  }

  fail(reason: unknown): void {
    if (this.#settle()) this.#reject(reason)
  }

  expire(broker: string): void {
    this.fail(new KafkaError('REQUEST_TIMED_OUT', `${broker} has not answered ${this.api.name} within its time.`))
  }

  /** Of the signal: the caller has given up. A function of its own for each call would be one too many. */
  handleEvent(): void {
    this.fail(this.options.signal?.reason)
  }

  #settle(): boolean {
    if (this.isSettled) return false
    this.isSettled = true
    this.options.signal?.removeEventListener('abort', this)
    this.#onSettled?.()
    return true
  }
}

/** A call of any API, as queues and connections see it. */
export type AnyCall = Pick<
  Call,
  | 'options'
  | 'deadlineMs'
  | 'brokerDeadlineMs'
  | 'version'
  | 'correlationId'
  | 'sentAtMs'
  | 'context'
  | 'isSettled'
  | 'encode'
  | 'answer'
  | 'answerWithNothing'
  | 'fail'
  | 'expire'
> & { readonly api: Pick<Api, 'key' | 'name' | 'versions' | 'flexible'> }
