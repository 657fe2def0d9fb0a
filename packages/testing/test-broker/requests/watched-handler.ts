import type { ByteReader, ByteWriter } from '@odradek/common/bytes'
import type { Handler, RequestContext } from '@odradek/broker'

/** A handler with somebody before it. */
export class WatchedHandler implements Handler {
  readonly api: Handler['api']
  readonly announced: Handler['announced']
  /** Requests are kept, so that a test can look at them, and what is kept must be its own. */
  readonly copiesFrame = true
  readonly lendsBuffers: boolean
  readonly #inner: Handler
  readonly #watch: Watch

  /** It speaks no newer version than `newest`. */
  constructor(inner: Handler, watch: Watch, newest: number) {
    const { api, announced } = inner
    this.api = newest < api.versions[1] ? { ...api, versions: [api.versions[0], newest] } : api
    this.announced = [announced[0], Math.min(announced[1], newest)]
    this.lendsBuffers = inner.lendsBuffers
    this.#inner = inner
    this.#watch = watch
  }

  get overlaps(): boolean {
    return this.#inner.overlaps && !this.#watch.isSlow()
  }

  decode(reader: ByteReader, version: number): unknown {
    return this.#inner.decode(reader, version)
  }

  handle(request: unknown, context: RequestContext): unknown {
    return this.#watch.handle(request, context)
  }

  failed(request: unknown, errorCode: number, context: RequestContext): unknown {
    return this.#inner.failed(request, errorCode, context)
  }

  encode(writer: ByteWriter, response: unknown, version: number): void {
    this.#inner.encode(writer, response, version)
  }
}

interface Watch {
  handle(request: unknown, context: RequestContext): unknown
  /** Whether something may be done with a request that takes a while. */
  isSlow(): boolean
}
