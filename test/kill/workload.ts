import assert from 'node:assert/strict'
import { BatchBuilder } from '@odradek/protocol/records'
import { FindCoordinator, InitProducerId, OffsetCommit, OffsetFetch, Produce } from '@odradek/protocol/messages'
import { errorName } from '@odradek/protocol'
import { WireClient } from '@odradek/testing'

export const topic = 'kill'
export const partitions = 6

/** What clients were told: each value that was acknowledged, and where it is. */
export class Acknowledged {
  /** Per partition: offset → value. */
  readonly places: readonly Map<number, string>[] = Array.from({ length: partitions }, () => new Map<number, string>())
  /** Highest offset of the group `kill` whose commit was answered. */
  committed = -1
  records = 0
  resent = 0

  add(partition: number, offset: number, value: string): void {
    const known = this.places[partition]?.get(offset)
    assert(known === undefined || known === value, `offset ${offset} of partition ${partition} was given to ${known} and to ${value}`)
    if (known === undefined) this.records++
    this.places[partition]?.set(offset, value)
  }
}

interface Batch {
  readonly values: readonly string[]
  readonly bytes: Buffer
}

/**
 * An idempotent producer to one partition with up to five batches in flight, as librdkafka and the Java client have them.
 * It outlives the broker: what had no answer is sent again, in order, under the same sequence numbers.
 */
export class Producer {
  readonly #name: string
  readonly #partition: number
  readonly #acknowledged: Acknowledged
  #producerId = -1
  #sequence = 0
  #made = 0
  #unanswered: Batch[] = []

  constructor(name: string, partition: number, acknowledged: Acknowledged) {
    this.#name = name
    this.#partition = partition
    this.#acknowledged = acknowledged
  }

  /** Sends until the connection breaks or `stop` says so; then nothing is left unanswered in the second case. */
  async run(address: { readonly port: number }, stop: () => boolean): Promise<void> {
    await using client = await WireClient.connect(address)
    if (this.#producerId < 0)
      this.#producerId = (await client.call(InitProducerId, { transactionalId: null, transactionTimeoutMs: 0 }, 4)).producerId
    const waiting: { readonly batch: Batch; readonly correlationId: number }[] = []
    const send = (batch: Batch): void => {
      const correlationId = client.send(
        Produce,
        { acks: -1, timeoutMs: 30_000, topicData: [{ name: topic, partitionData: [{ index: this.#partition, records: batch.bytes }] }] },
        9,
      )
      waiting.push({ batch, correlationId })
    }
    this.#acknowledged.resent += this.#unanswered.length
    this.#unanswered.forEach(send)
    while (waiting.length > 0 || !stop()) {
      while (waiting.length < 5 && !stop()) {
        const batch = this.#next()
        this.#unanswered.push(batch)
        send(batch)
      }
      const first = waiting.shift()
      if (first === undefined) return
      const answer = (await client.answerTo(Produce, first.correlationId, 9)).responses[0]?.partitionResponses[0]
      assert.equal(errorName(answer?.errorCode ?? -1), 'NONE', `${this.#name} was refused`)
      first.batch.values.forEach((value, i) => this.#acknowledged.add(this.#partition, (answer?.baseOffset ?? -1) + i, value))
      this.#unanswered.shift()
    }
  }

  #next(): Batch {
    const values = Array.from({ length: 1 + (this.#made % 7) }, () => `${this.#name}/${this.#made++}`)
    const builder = new BatchBuilder({ producerId: this.#producerId, producerEpoch: 0, baseSequence: this.#sequence })
    for (const value of values)
      builder.append({
        key: Buffer.from(this.#name),
        value: Buffer.from(value.padEnd(20 + (this.#made % 400), '.')),
        timestamp: Date.now(),
      })
    this.#sequence += values.length
    return { values, bytes: builder.build() }
  }
}

/** A group that commits one offset after the other, each after the last one was answered. */
export async function commitOffsets(address: { readonly port: number }, acknowledged: Acknowledged, stop: () => boolean): Promise<void> {
  await using client = await WireClient.connect(address)
  await coordinatorReady(client)
  while (!stop()) {
    const next = acknowledged.committed + 1
    const answer = await client.call(
      OffsetCommit,
      { groupId: 'kill', topics: [{ name: topic, partitions: [{ partitionIndex: 0, committedOffset: next, committedMetadata: '' }] }] },
      7,
    )
    const code = errorName(answer.topics[0]?.partitions[0]?.errorCode ?? -1)
    if (code === 'COORDINATOR_LOAD_IN_PROGRESS') continue
    assert.equal(code, 'NONE', 'the commit was refused')
    acknowledged.committed = next
  }
}

/** What the group would go on from. */
export async function committedOffset(client: WireClient): Promise<number> {
  await coordinatorReady(client)
  for (;;) {
    const answer = await client.call(OffsetFetch, { groupId: 'kill', topics: [{ name: topic, partitionIndexes: [0] }] }, 6)
    const code = errorName(answer.errorCode)
    if (code === 'COORDINATOR_LOAD_IN_PROGRESS') continue
    assert.equal(code, 'NONE')
    return Number(answer.topics[0]?.partitions[0]?.committedOffset ?? -1)
  }
}

async function coordinatorReady(client: WireClient): Promise<void> {
  for (;;) {
    const answer = await client.call(FindCoordinator, { key: 'kill', keyType: 0 }, 3)
    if (errorName(answer.errorCode) === 'NONE') return
    assert.equal(errorName(answer.errorCode), 'COORDINATOR_NOT_AVAILABLE')
  }
}
