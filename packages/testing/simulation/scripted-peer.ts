import { Buffer } from 'node:buffer'
import { ByteReader } from '@odradek/common/bytes'
import { Deferred } from '@odradek/common/async'
import type { Transport, TransportReader } from '@odradek/network/dial'
import { readResponseHeader } from '@odradek/protocol'
import type { Api, Fields, ReadOf, WriteOf } from '@odradek/protocol/schema'
import { encodeRequest } from '../wire-client.ts'
import type { ClientProcess } from './world/client-process.ts'
import type { ModelBroker } from './brokers/model-broker.ts'
import { brokerPort } from './brokers/model-broker.ts'

/** A client without a mind of its own on a simulated connection: one request in one version, its answer. To test the models with. */
export class ScriptedPeer implements TransportReader {
  readonly #landing = Buffer.alloc(4_096)
  readonly #waiting: { readonly correlationId: number; readonly answer: Deferred<Buffer> }[] = []
  #input = Buffer.alloc(0)
  #transport: Transport | undefined
  #nextCorrelationId = 1
  isClosed = false

  async connect(process: ClientProcess, broker: ModelBroker): Promise<void> {
    const target = { address: { address: broker.address, family: 4 as const }, port: brokerPort, host: broker.host }
    this.#transport = await process.environment.dialler.dial(target, this, new AbortController().signal)
  }

  landing(): Buffer {
    return this.#landing
  }

  received(count: number): void {
    this.#input = Buffer.concat([this.#input, this.#landing.subarray(0, count)])
    while (this.#input.length >= 4 && this.#input.length >= 4 + this.#input.readInt32BE(0)) {
      const end = 4 + this.#input.readInt32BE(0)
      this.#waiting.shift()?.answer.resolve(Buffer.from(this.#input.subarray(4, end)))
      this.#input = this.#input.subarray(end)
    }
  }

  closed(): void {
    this.isClosed = true
    for (const { answer } of this.#waiting.splice(0)) answer.reject(new Error('the connection has ended'))
  }

  async call<Q extends Fields, S extends Fields>(api: Api<Q, S>, request: WriteOf<Q>, version: number): Promise<ReadOf<S>> {
    const correlationId = this.#nextCorrelationId++
    const body = encodeRequest(api, request, { version, correlationId, clientId: 'scripted' })
    const size = Buffer.alloc(4)
    size.writeInt32BE(body.length)
    const answer = new Deferred<Buffer>()
    this.#waiting.push({ correlationId, answer })
    this.#transport?.write([size, body])
    const reader = new ByteReader(await answer.promise)
    if (readResponseHeader(reader, api, version).correlationId !== correlationId) throw new Error('an answer to another request')
    return api.decodeResponse(reader, version)
  }

  destroy(): void {
    this.#transport?.destroy()
  }
}
