import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { setTimeout as sleep } from 'node:timers/promises'
import { errorName } from '@odradek/protocol'
import { FindCoordinator, Heartbeat, JoinGroup, Metadata, SyncGroup } from '@odradek/protocol/messages'
import { buildBatch } from '@odradek/protocol/records'
import { fetchFrom, produceBatch } from './data-path.ts'
import type { WireClient } from './wire-client.ts'

/**
 * A client that goes on working while others misbehave: it writes and reads its own topic, asks for metadata, and is member of a group.
 * `stop` fails if anything was refused, lost or changed, or if it did not get on at all.
 */
export class Canary {
  readonly #client: WireClient
  readonly #topic: string
  readonly #life: Promise<void>
  #isOver = false
  /** Rounds of produce, fetch, metadata and heartbeat that went well. */
  rounds = 0
  /** Milliseconds that the slowest round took. */
  slowestMs = 0

  /** The topic must be there, and belong to the canary alone. */
  static async start(client: WireClient, topic: string): Promise<Canary> {
    const group = `canary-${topic}`
    const join = { groupId: group, sessionTimeoutMs: 30_000, rebalanceTimeoutMs: 30_000, protocolType: 'consumer' }
    const protocols = [{ name: 'range', metadata: Buffer.alloc(0) }]
    // Whoever asks for the coordinator makes the topic that it keeps groups in.
    for (let attempt = 0; attempt < 100 && (await client.call(FindCoordinator, { key: group }, 0)).errorCode !== 0; attempt++)
      await sleep(50)
    const joined = await client.call(JoinGroup, { ...join, memberId: '', protocols }, 3)
    assert.equal(joined.errorCode, 0, 'the canary could not join its group')
    const member = { groupId: group, generationId: joined.generationId, memberId: joined.memberId }
    await client.call(SyncGroup, { ...member, assignments: [{ memberId: joined.memberId, assignment: Buffer.alloc(0) }] }, 3)
    return new Canary(client, topic, member)
  }

  private constructor(client: WireClient, topic: string, member: Member) {
    this.#client = client
    this.#topic = topic
    this.#life = this.#live(member)
    // Whoever stops it learns what went wrong.
    this.#life.catch(() => undefined)
  }

  /** Waits for some more rounds. */
  async sings(rounds: number): Promise<void> {
    const until = this.rounds + rounds
    while (this.rounds < until && !this.#isOver) await Promise.race([sleep(5), this.#life])
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await this.#life
    assert(this.rounds > 0, 'the canary did not get on')
    const read = await fetchFrom(this.#client, { topic: this.#topic, offset: 0 })
    assert.equal(errorName(read.errorCode), 'NONE', 'the first record of the canary is gone')
    assert.equal(read.highWatermark, this.rounds, 'records were lost, or were not the canary’s')
  }

  async #live(member: Member): Promise<void> {
    while (!this.#isOver) {
      const began = performance.now()
      const value = `song ${this.rounds}`
      const produced = await produceBatch(this.#client, {
        topic: this.#topic,
        batch: buildBatch([{ value: Buffer.from(value) }]),
        version: 9,
      })
      assert.deepEqual([produced.errorCode, produced.baseOffset], [0, this.rounds])
      const fetched = await fetchFrom(this.#client, { topic: this.#topic, offset: this.rounds, version: 11 })
      assert.equal(fetched.errorCode, 0)
      assert(fetched.records?.includes(value), `the canary did not find ${value}`)
      const metadata = await this.#client.call(Metadata, { topics: [{ name: this.#topic }] }, 8)
      assert.equal(metadata.topics[0]?.errorCode, 0)
      assert.equal((await this.#client.call(Heartbeat, member, 2)).errorCode, 0)
      this.rounds++
      this.slowestMs = Math.max(this.slowestMs, performance.now() - began)
      await sleep(2)
    }
  }
}

interface Member {
  readonly groupId: string
  readonly generationId: number
  readonly memberId: string
}
