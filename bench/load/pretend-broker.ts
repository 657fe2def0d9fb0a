import { Buffer } from 'node:buffer'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { ByteReader, ByteWriter } from '@odradek/common/bytes'
import { readRequestHeader, writeResponseHeader } from '@odradek/protocol'
import { apiByKey, Fetch, ListOffsets, Metadata, Produce } from '@odradek/protocol/messages'
import { assignOffset, findBatchProblem, nextOffset, recordCount } from '@odradek/protocol/records'
import type { Api } from '@odradek/protocol/schema'

/**
 * Just enough of a broker to see what the load generator sends: one topic of one partition, kept in memory, answers at once
 * unless it is told to stall. Every batch is checked as a broker would.
 */
export class PretendBroker {
  readonly #server: Server
  readonly #batches: Buffer[] = []
  readonly #readers: (() => void)[] = []
  #endOffset = 0
  #stall: (() => Promise<void>) | undefined
  /** What was wrong with batches. */
  readonly problems: string[] = []
  requests = 0
  records = 0

  private constructor(server: Server) {
    this.#server = server
    server.on('connection', (socket) => this.#serve(socket))
  }

  static async start(): Promise<PretendBroker> {
    const server = createServer({ noDelay: true })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new PretendBroker(server)
  }

  get port(): number {
    const address: AddressInfo | string | null = this.#server.address()
    return typeof address === 'object' ? (address?.port ?? 0) : 0
  }

  /** Lets the next produce request, and all behind it, wait for what `pause` gives. */
  stallOnce(pause: () => Promise<void>): void {
    this.#stall = pause
  }

  stop(): void {
    this.#server.close()
  }

  #serve(socket: Socket): void {
    let waiting = Buffer.alloc(0)
    let before: Promise<void> = Promise.resolve()
    socket.on('error', () => {})
    socket.on('data', (piece: Buffer) => {
      waiting = Buffer.concat([waiting, piece])
      while (waiting.length >= 4 && waiting.length >= 4 + waiting.readInt32BE(0)) {
        const frame = waiting.subarray(4, 4 + waiting.readInt32BE(0))
        waiting = waiting.subarray(4 + frame.length)
        before = before.then(() => this.#answer(socket, frame))
      }
    })
  }

  async #answer(socket: Socket, frame: Buffer): Promise<void> {
    const reader = new ByteReader(frame, 0, frame.length)
    const { apiKey, apiVersion, correlationId } = readRequestHeader(reader, apiByKey)
    const send = (api: Api, write: (writer: ByteWriter) => void): void => {
      const writer = new ByteWriter()
      writer.int32(0)
      writeResponseHeader(writer, api, apiVersion, correlationId)
      write(writer)
      const bytes = Buffer.concat(writer.chunks())
      bytes.writeInt32BE(bytes.length - 4)
      socket.write(bytes)
    }
    if (apiKey === Metadata.key) send(Metadata, (writer) => Metadata.encodeResponse(writer, metadata, apiVersion))
    else if (apiKey === ListOffsets.key) send(ListOffsets, (writer) => ListOffsets.encodeResponse(writer, this.#listed(), apiVersion))
    else if (apiKey === Produce.key) {
      const stall = this.#stall
      this.#stall = undefined
      await stall?.()
      const { topicData } = Produce.decodeRequest(reader, apiVersion)
      const baseOffset = this.#append(topicData[0]?.partitionData[0]?.records ?? null)
      const partitionResponses = [{ index: 0, errorCode: 0, baseOffset }]
      send(Produce, (writer) => Produce.encodeResponse(writer, { responses: [{ name: 't', partitionResponses }] }, apiVersion))
      for (const wake of this.#readers.splice(0)) wake()
    } else if (apiKey === Fetch.key) {
      const { topics } = Fetch.decodeRequest(reader, apiVersion)
      const offset = topics[0]?.partitions[0]?.fetchOffset ?? 0
      if (offset >= this.#endOffset) await new Promise<void>((resolve) => this.#readers.push(resolve))
      send(Fetch, (writer) => Fetch.encodeResponse(writer, this.#fetched(offset), apiVersion))
    } else throw new Error(`nobody has taught this broker API ${apiKey}`)
  }

  #append(records: Buffer | null): number {
    const batch = Buffer.from(records ?? [])
    const problem = findBatchProblem(batch, 0, batch.length)
    if (problem !== undefined) this.problems.push(problem)
    const baseOffset = this.#endOffset
    assignOffset(batch, 0, baseOffset, 0)
    this.#batches.push(batch)
    this.#endOffset = nextOffset(batch, 0)
    this.requests++
    this.records += recordCount(batch, 0)
    return baseOffset
  }

  #listed() {
    return { topics: [{ name: 't', partitions: [{ partitionIndex: 0, errorCode: 0, offset: this.#endOffset }] }] }
  }

  #fetched(offset: number) {
    const records = Buffer.concat(this.#batches.filter((batch) => nextOffset(batch, 0) > offset))
    const partition = { partitionIndex: 0, errorCode: 0, highWatermark: this.#endOffset, abortedTransactions: null, records }
    return { responses: [{ topic: 't', partitions: [partition] }], nodeEndpoints: [] }
  }
}

const partition = { errorCode: 0, partitionIndex: 0, leaderId: 1, replicaNodes: [1], isrNodes: [1] }
const metadata = { brokers: [{ nodeId: 1, host: '127.0.0.1', port: 1 }], topics: [{ errorCode: 0, name: 't', partitions: [partition] }] }
