import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom } from '@odradek/common/random'
import type { Random } from '@odradek/common/random'
import { KafkaError } from '@odradek/protocol'
import { GroupStory } from './group-story.ts'
import { SimulatedConsumer } from './simulated-consumer.ts'
import type { ConsumerWorld } from './simulated-consumer.ts'

const partitions = 6
const seeds = Number(process.env['ODRADEK_SEEDS'] ?? 200)

/** What must hold whatever happens, and the happenings, out of one seed. */
class Churn implements ConsumerWorld {
  readonly partitions = partitions
  readonly #story: GroupStory
  readonly #random: Random
  readonly #consumers: SimulatedConsumer[] = []
  readonly #owners = new Map<number, Map<number, string>>()
  /** The highest generation that this coordinator gave out. */
  #generation = 0
  #nextOffset = 1
  /** By partition: the last offset whose commit was answered. */
  readonly #answered = Array.from({ length: partitions }, () => -1)
  #error: unknown
  #names = 0

  private constructor(story: GroupStory, random: Random) {
    this.#story = story
    this.#random = random
  }

  static async begin(seed: number): Promise<Churn> {
    const random = new SeededRandom(seed)
    const story = await GroupStory.begin({ 'group.initial.rebalance.delay.ms': random.nextInt(2) * 3_000 })
    return new Churn(story, random)
  }

  get coordinator() {
    return this.#story.coordinator
  }

  broken(error: unknown): void {
    this.#error ??= error
  }

  /** Generations grow. One was given away late, though: a static member's answer waits for its record. */
  generationGiven(generation: number, previous: number, owner: string): void {
    assert.ok(generation >= previous, `${owner} was given generation ${generation} after it had been given its part of ${previous}`)
    this.#generation = Math.max(generation, this.#generation)
  }

  assigned(generation: number, owner: string, owned: readonly number[]): void {
    const owners = this.#owners.get(generation) ?? new Map<number, string>()
    this.#owners.set(generation, owners)
    for (const partition of owned) {
      const other = owners.get(partition) ?? owner
      assert.equal(other, owner, `partition ${partition} has two owners in generation ${generation}`)
      owners.set(partition, owner)
    }
  }

  committing(partition: number, generation: number): { readonly offset: number; answered(): void } {
    const offset = this.#nextOffset++
    const current = this.#generation
    return {
      offset,
      answered: () => {
        // Of a new coordinator we learn the generation when somebody joins.
        if (current !== 0) assert.equal(generation, current, 'a commit of another generation was taken')
        this.#answered[partition] = Math.max(this.#answered[partition] ?? -1, offset)
      },
    }
  }

  async run(steps: number): Promise<void> {
    for (let step = 0; step < steps; step++) {
      await this.#happen()
      for (const consumer of this.#consumers) if (this.#random.nextInt(3) > 0) consumer.act()
      await this.#story.pass(this.#random.nextInt(4) === 0 ? this.#random.nextInt(8_000) : this.#random.nextInt(1_000))
      if (this.#random.nextInt(8) === 0) await this.checkOffsets()
      if (this.#error !== undefined) throw this.#error
    }
  }

  async #happen(): Promise<void> {
    const consumer = this.#consumers[this.#random.nextInt(Math.max(1, this.#consumers.length))]
    switch (this.#random.nextInt(18)) {
      case 0:
      case 1:
      case 2:
        this.#start()
        break
      case 3:
        consumer?.crash()
        break
      case 4:
        consumer?.leave().catch((error: unknown) => this.broken(error))
        break
      case 5:
        consumer?.changeMind()
        break
      case 6:
        this.#story.log.isManual = this.#random.nextInt(2) === 0
        break
      case 7:
      case 8:
      case 9:
      case 10:
        this.#story.log.commit(1 + this.#random.nextInt(3))
        break
      case 11:
        this.#story.log.failNext(new KafkaError('NOT_ENOUGH_REPLICAS'))
        break
      case 12:
        // When several appends were on their way, the coordinator goes back to what is in the log.
        this.#generation = 0
        this.#story.log.lose(new KafkaError('KAFKA_STORAGE_ERROR'))
        break
      case 13:
        this.#generation = 0
        await this.#story.failOver()
        break
      default:
    }
  }

  #start(): void {
    if (this.#living().length >= 7) return
    // Some come back under the instance id that one before them had.
    const instanceId = this.#random.nextInt(3) === 0 ? `i${this.#random.nextInt(3)}` : null
    const name = `c${this.#names++}`
    this.#consumers.push(new SimulatedConsumer(name, instanceId, this, this.#random.fork(name)))
  }

  /** An answered commit is there, or a later one of the partition. */
  async checkOffsets(): Promise<void> {
    const answered = [...this.#answered]
    const places = answered.map((_, partition) => `orders-${partition}`)
    const found = await this.#story.offsets(places, { requireStable: this.#random.nextInt(2) === 0 })
    for (const [partition, offset] of answered.entries()) {
      const seen = found[`orders-${partition}`]
      if (seen === undefined) continue // no answer yet
      assert.ok(Number(seen) >= offset, `orders-${partition}: ${seen} was read after the commit of ${offset} was answered`)
      assert.ok(Number(seen) < this.#nextOffset)
    }
  }

  /** Nothing goes wrong any more: the members that live must come to share out everything. */
  async heal(): Promise<void> {
    this.#story.log.isManual = false
    this.#story.log.commit()
    await this.#story.time.runTurn()
    for (let waitedMs = 0; waitedMs < 120_000 && !this.#isShared(); waitedMs += 1_000) {
      if (this.#living().length === 0) this.#start()
      for (const consumer of this.#consumers) consumer.act()
      await this.#story.pass(1_000)
      if (this.#error !== undefined) throw this.#error
    }
    assert.ok(this.#isShared(), 'each partition has one owner in the end')
  }

  #living(): SimulatedConsumer[] {
    return this.#consumers.filter(({ isDead }) => !isDead)
  }

  /** Whether all who live are members at rest, and each partition has one owner among them. */
  #isShared(): boolean {
    const living = this.#living()
    const owned = living.flatMap((consumer) => consumer.owned)
    return living.every(({ isIn, isBusy }) => isIn && !isBusy) && owned.toSorted((a, b) => a - b).join() === '0,1,2,3,4,5'
  }

  /** What another coordinator reads in the log is what this one has; but for a rebalance under way, which is not written. */
  async replay(): Promise<void> {
    const before = { group: await this.#story.describe(), offsets: await this.#story.offsets() }
    await this.#story.failOver()
    const after = { group: await this.#story.describe(), offsets: await this.#story.offsets() }
    assert.deepEqual(after.offsets, before.offsets)
    if (before.group.groupState === 'Stable') assert.deepEqual(after.group, before.group)
    this.#story.coordinator.close()
    assert.equal(this.#story.time.pendingTimers, 0)
  }
}

test(`consumers come and go, the log fails, coordinators change: ${seeds} seeds`, async () => {
  for (let seed = 0; seed < seeds; seed++) {
    try {
      const churn = await Churn.begin(seed)
      await churn.run(60)
      await churn.heal()
      await churn.checkOffsets()
      await churn.replay()
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
    }
  }
})
