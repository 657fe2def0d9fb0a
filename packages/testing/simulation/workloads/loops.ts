import type { BatchOf, OnError, RawTopic } from '@odradek/client'
import type { SeededRandom } from '@odradek/common/random'
import type { ModelPartition } from '../brokers/model-partition.ts'
import type { Delivered } from '../checker/reading.ts'
import type { WorkloadPlan } from '../plan.ts'
import type { Simulation } from '../simulation.ts'
import { codeOf } from './codes.ts'
import type { GroupMember } from './group-member.ts'

type GroupPlan = Extract<WorkloadPlan, { kind: 'group' }>
type Handled = Delivered & { readonly rawKey: Uint8Array | null }

export interface LoopsOptions {
  readonly simulation: Simulation
  readonly plan: GroupPlan
  readonly loop: 'run' | 'mixed' | 'several'
  readonly dice: SeededRandom
  readonly stop: AbortSignal
  /** Takes some time, now and then too much. */
  readonly work: () => Promise<void>
}

/** What a handler throws now and then. */
class Planned extends Error {}

/** The ways to read in which more than one thing is in hand, or one loop follows another in the middle of what there is. */
export class Loops {
  readonly #options: LoopsOptions

  constructor(options: LoopsOptions) {
    this.#options = options
  }

  /** Reads until the end, and begins again when a loop ends on purpose, or because there was nothing to read for a while. */
  async consume(member: GroupMember): Promise<void> {
    const { loop, stop, simulation } = this.#options
    while (!stop.aborted && member.process.isAlive) {
      try {
        if (loop === 'run') await this.#run(member, stop)
        else if (loop === 'several') await this.#several(member)
        else await this.#any(member)
      } catch (error) {
        if (!(error instanceof Planned) && codeOf(error) !== 'ODRADEK_STATE') throw error
        simulation.world.sometimes(`a ${loop} loop began again after ${error instanceof Planned ? 'a failure' : 'unsubscribe'}`)
        await simulation.delay(20)
      }
    }
  }

  /** `run`: what is begun is checked by itself, and what is lost shows in what is committed. */
  async #run(member: GroupMember, signal: AbortSignal): Promise<void> {
    const { plan, dice, simulation } = this.#options
    const { world } = simulation
    const atWork = new Set<string>()
    const handle = async (record: Handled, told: AbortSignal): Promise<void> => {
      const partition = member.delivered(record, true)
      const lane = laneOf(record, plan.order)
      if (lane !== undefined && atWork.has(lane)) world.violate('order', `${member.name} handles two of ${lane} at once`)
      if (lane !== undefined) atWork.add(lane)
      try {
        // Partitions go while handlers are at work, or nothing is seen of how that is done.
        await simulation.delay(dice.nextInt(3 + 2 * plan.handlerMs))
        if (dice.nextInt(3) === 0) await this.#options.work()
        // Told to stop, and not done: it comes again to whoever has the partition then.
        if (told.aborted && dice.nextInt(2) === 0) return told.throwIfAborted()
        if (dice.nextFloat() < plan.failRate) throw new Planned('the handler fails')
        member.processed(partition, record.offset)
        if (plan.seeks && !world.isHealed && dice.nextInt(40) === 0) member.seekBack(partition, dice)
      } finally {
        if (lane !== undefined) atWork.delete(lane)
      }
    }
    const onError = (error: unknown, record: Handled, attempt: number): OnError => {
      if (!(error instanceof Planned)) return 'fail'
      world.sometimes('a handler of run failed')
      if (world.isHealed || attempt > 2) {
        member.processed(simulation.cluster.topics.get(record.topic)?.partitions[record.partition], record.offset)
        return 'skip'
      }
      return dice.nextInt(plan.loop === 'mixed' ? 2 : 8) === 0 ? 'fail' : { retryAfterMs: dice.nextInt(100) }
    }
    world.sometimes(`ran with order ${plan.order}`)
    await member.consumer.run(handle, { order: plan.order, concurrency: plan.concurrency, signal, onError })
  }

  /** Several ask for records at once: each that comes is processed as it comes. */
  async #several(member: GroupMember): Promise<void> {
    const { plan, dice, stop, work, simulation } = this.#options
    const iterator = member.consumer.records({ signal: stop })[Symbol.asyncIterator]()
    let isLeft = false
    const pull = async (): Promise<void> => {
      for (;;) {
        const { value, done } = await iterator.next()
        if (done === true) return
        // What was asked for before the loop was left may come, and comes again.
        if (isLeft || !member.process.isAlive) return
        const partition = member.delivered(value)
        member.processed(partition, value.offset)
        if (plan.seeks && !simulation.world.isHealed && dice.nextInt(60) === 0) member.seekBack(partition, dice)
        if (dice.nextInt(4) === 0) await work()
      }
    }
    const pulling = Array.from({ length: 3 }, pull)
    simulation.world.sometimes('several asked for records at once')
    await Promise.all(pulling).finally(() => (isLeft = true))
  }

  /** One way after the other, each left in the middle. */
  async #any(member: GroupMember): Promise<void> {
    const { dice, simulation } = this.#options
    const { consumer } = member
    const end = new AbortController()
    const over = (): void => end.abort()
    this.#options.stop.addEventListener('abort', over)
    const choice = dice.nextInt(6)
    simulation.world.sometimes(`mixed loops: ${['records', 'batches', 'poll', 'poll', 'run', 'run'][choice]}`)
    // A loop over nothing is left, too: while it waits.
    const timed = simulation.world.time.after(200 + dice.nextInt(400), over)
    try {
      if (choice === 0) await this.#someRecords(member, end.signal)
      else if (choice === 1) await this.#someBatches(member, end.signal)
      else if (choice >= 4) await this.#someOfRun(member, end.signal)
      else {
        const batches = await consumer.poll(50, {})
        const tenures = batches.map((batch) => member.tenure(batch))
        for (const [i, batch] of batches.entries()) await this.#wholeBatch(member, batch, tenures[i])
      }
    } finally {
      timed.cancel()
      this.#options.stop.removeEventListener('abort', over)
    }
  }

  async #someRecords(member: GroupMember, signal: AbortSignal): Promise<void> {
    const { dice, plan, work, simulation } = this.#options
    let left = dice.nextInt(dice.nextInt(2) === 0 ? 4 : 30)
    for await (const record of member.consumer.records({ signal })) {
      const partition = member.delivered(record)
      if (left-- === 0) {
        // It is not processed, and comes again.
        member.goesOnAt(partition, record.offset)
        break
      }
      if (dice.nextInt(8) === 0) await work()
      member.processed(partition, record.offset)
      if (plan.seeks && !simulation.world.isHealed && dice.nextInt(60) === 0) member.seekBack(partition, dice)
    }
  }

  async #someBatches(member: GroupMember, signal: AbortSignal): Promise<void> {
    let left = this.#options.dice.nextInt(3)
    for await (const batch of member.consumer.batches({ signal })) {
      if (left-- > 0) {
        await this.#wholeBatch(member, batch)
        continue
      }
      const partition = this.#partitionOf(batch)
      for (const record of batch) member.delivered(record)
      member.goesOnAt(partition, batch.firstOffset)
      break
    }
  }

  async #wholeBatch(member: GroupMember, batch: BatchOf<RawTopic>, tenure = member.tenure(batch)): Promise<void> {
    const seen = member.deliveredAll(batch, tenure)
    if (this.#options.dice.nextInt(3) === 0) await this.#options.work()
    for (const [partition, offset] of seen) member.processed(partition, offset)
  }

  async #someOfRun(member: GroupMember, signal: AbortSignal): Promise<void> {
    try {
      await this.#run(member, signal)
    } finally {
      // What was begun and not finished comes again, and only the consumer knows where that begins.
      member.goesOnAnywhere()
    }
  }

  #partitionOf({ topic, partition }: { readonly topic: string; readonly partition: number }): ModelPartition | undefined {
    return this.#options.simulation.cluster.topics.get(topic)?.partitions[partition]
  }
}

/** Beside the loop: gives everything back, and soon wants it again. */
export async function resubscribeNowAndThen(
  simulation: Simulation,
  member: GroupMember,
  dice: SeededRandom,
  isOver: () => boolean,
): Promise<void> {
  const { world } = simulation
  for (;;) {
    await simulation.delay(300 + dice.nextInt(1_500))
    if (isOver() || !member.process.isAlive || world.isHealed) return
    world.note(`${member.name} unsubscribes`)
    world.sometimes('unsubscribed')
    try {
      await member.consumer.unsubscribe()
      if (dice.nextInt(2) === 0) await simulation.delay(dice.nextInt(300))
      if (isOver() || !member.process.isAlive) return
      member.subscribe()
    } catch (error) {
      world.note(`${member.name} can't unsubscribe`, codeOf(error))
      world.sometimes(`unsubscribe failed: ${codeOf(error)}`)
      return
    }
  }
}

/** What is handled one after the other; undefined where there is no order, and a record that was sought may be in two hands. */
function laneOf({ topic, partition, rawKey }: Handled, order: GroupPlan['order']): string | undefined {
  const place = `${topic}-${partition}`
  if (order === 'partition') return place
  return order === 'key' && rawKey !== null ? `${place}/${String(rawKey)}` : undefined
}
