import { Buffer } from 'node:buffer'
import { ByteReader, ByteWriter } from '@odradek/common/bytes'
import type { SeededRandom } from '@odradek/common/random'
import { errorCode, readRequestHeader, writeResponseHeader } from '@odradek/protocol'
import type { RequestHeader } from '@odradek/protocol'
import { apiByKey, ApiVersions } from '@odradek/protocol/messages'
import type { Api } from '@odradek/protocol/schema'
import type { ServerReader, ServerSocket } from '../network/link.ts'
import { delayAround } from '../world/world.ts'
import type { World } from '../world/world.ts'
import type { BrokerIdentity } from './broker-identity.ts'
import type { Incoming, ModelHandler } from './call.ts'

const longestFrame = 104_857_600

/** A broker's end of a connection: frames in, one request at a time, answers out in order. */
export class BrokerConnection implements ServerReader {
  readonly #broker: BrokerIdentity
  readonly #handlers: ReadonlyMap<number, ModelHandler>
  readonly #world: World
  readonly #dice: SeededRandom
  readonly #socket: ServerSocket
  #input: Buffer[] = []
  #inputBytes = 0
  readonly #queue: Buffer[] = []
  #isBusy = false
  #isOpen = true
  #quietUntilMs = 0

  constructor(options: {
    readonly broker: BrokerIdentity
    readonly handlers: ReadonlyMap<number, ModelHandler>
    readonly world: World
    readonly dice: SeededRandom
    readonly socket: ServerSocket
  }) {
    const { broker, handlers, world, dice, socket } = options
    this.#broker = broker
    this.#handlers = handlers
    this.#world = world
    this.#dice = dice
    this.#socket = socket
  }

  received(bytes: Buffer): void {
    this.#input.push(bytes)
    this.#inputBytes += bytes.length
    while (this.#inputBytes >= 4) {
      const first = this.#input[0]
      const all: Buffer = this.#input.length === 1 && first !== undefined ? first : Buffer.concat(this.#input)
      this.#input = [all]
      const length = all.readInt32BE(0)
      if (length < 8 || length > longestFrame) {
        this.#world.violate('frame', `a request announces ${length} bytes`)
        return this.#end()
      }
      if (all.length < 4 + length) break
      this.#queue.push(all.subarray(4, 4 + length))
      const rest = all.subarray(4 + length)
      this.#input = rest.length === 0 ? [] : [rest]
      this.#inputBytes = rest.length
    }
    this.#pump()
  }

  closed(): void {
    this.#isOpen = false
    this.#queue.length = 0
    this.#input = []
  }

  #pump(): void {
    if (this.#isBusy || !this.#isOpen) return
    const frame = this.#queue.shift()
    if (frame === undefined) return
    this.#isBusy = true
    const isSlow = this.#world.strikes('slowAnswer', this.#dice)
    if (isSlow) this.#world.sometimes('answered slowly')
    const quietMs = Math.max(0, this.#quietUntilMs - this.#world.nowMs)
    const delayMs = quietMs + delayAround(this.#world.plan.serviceMs, this.#dice) + (isSlow ? this.#dice.nextInt(1_500) : 0)
    this.#world.time.after(delayMs, () => {
      if (this.#broker.isUp) this.#serve(frame)
    })
  }

  #serve(frame: Buffer): void {
    const reader = new ByteReader(frame)
    const header = readRequestHeader(reader, apiByKey)
    const api = apiByKey(header.apiKey)
    const range = this.#broker.release.ranges.get(header.apiKey)
    if (api === ApiVersions && range !== undefined && header.apiVersion > range.maxVersion) return this.#refuseApiVersions(header)
    const handler = this.#handlers.get(header.apiKey)
    if (
      api === undefined ||
      handler === undefined ||
      range === undefined ||
      header.apiVersion < range.minVersion ||
      header.apiVersion > range.maxVersion
    ) {
      this.#world.violate(
        'version',
        `broker ${this.#broker.id} (${this.#broker.release.name}) was asked for API ${header.apiKey} v${header.apiVersion}`,
      )
      return this.#end()
    }
    this.#world.note(api.name, this.#broker.id, this.#socket.linkId, header.correlationId, header.apiVersion)
    let isAnswered = false
    const once = (then: () => void): void => {
      if (isAnswered) return
      isAnswered = true
      then()
    }
    handler.serve({
      broker: this.#broker,
      version: header.apiVersion,
      clientId: header.clientId ?? '',
      linkId: this.#socket.linkId,
      isLate: this.#socket.clientIsGone,
      reader,
      reply: (encode) => once(() => this.#answer(api, header, encode)),
      noAnswer: () => once(() => this.#next()),
    })
    if (reader.remaining > 0) this.#world.violate('frame', `${reader.remaining} bytes too many behind ${api.name} v${header.apiVersion}`)
  }

  #answer(api: Api, header: RequestHeader, encode: Parameters<Incoming['reply']>[0]): void {
    if (!this.#isOpen || !this.#broker.isUp) return
    if (encode === undefined || (api !== ApiVersions && this.#world.strikes('lostAnswer', this.#dice))) {
      this.#world.sometimes('lost an answer')
      this.#world.note('lost answer', this.#socket.linkId, header.correlationId)
      return this.#end()
    }
    let throttleTimeMs: number | undefined
    if (api !== ApiVersions && this.#world.strikes('throttle', this.#dice)) {
      throttleTimeMs = 1 + this.#dice.nextInt(300)
      this.#quietUntilMs = this.#world.nowMs + throttleTimeMs
      this.#world.sometimes('throttled')
    }
    this.#send(api, header, (writer) => encode(writer, throttleTimeMs))
    this.#next()
  }

  #next(): void {
    this.#isBusy = false
    this.#pump()
  }

  #send(api: Api, header: RequestHeader, encode: (writer: ByteWriter) => void): void {
    const writer = new ByteWriter(512)
    const at = writer.gap(4)
    writeResponseHeader(writer, api, header.apiVersion, header.correlationId)
    encode(writer)
    writer.int32At(at, writer.size - 4)
    this.#world.note('answer', this.#socket.linkId, header.correlationId, writer.size)
    this.#socket.write(writer.chunks())
  }

  /** KIP-511: the answer has the form of version 0, and says what would be understood. */
  #refuseApiVersions(header: RequestHeader): void {
    const range = this.#broker.release.ranges.get(ApiVersions.key)
    const apiKeys = this.#broker.release.name === '2.1' || range === undefined ? [] : [range]
    this.#world.sometimes('refused a version of ApiVersions')
    const refused = {
      errorCode: errorCode('UNSUPPORTED_VERSION'),
      apiKeys,
      throttleTimeMs: 0,
      supportedFeatures: [],
      finalizedFeatures: [],
    }
    this.#send(ApiVersions, header, (writer) => ApiVersions.encodeResponse(writer, refused, 0))
    this.#next()
  }

  #end(): void {
    this.#socket.close()
  }
}
