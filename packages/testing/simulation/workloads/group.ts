import type { SeededRandom } from '@odradek/common/random'
import type { ModelPartition } from '../brokers/model-partition.ts'
import { GroupChecker } from '../checker/group-checker.ts'
import type { Delivered } from '../checker/reading.ts'
import type { WorkloadPlan } from '../plan.ts'
import type { Simulation } from '../simulation.ts'
import { codeOf } from './codes.ts'
import { GroupMember } from './group-member.ts'
import { Loops, resubscribeNowAndThen } from './loops.ts'
import type { Workload } from './workload.ts'

type GroupPlan = Extract<WorkloadPlan, { kind: 'group' }>

/** What a member is handed, in either way of iterating. */
interface Item extends Iterable<Delivered> {
  readonly topic: string
  readonly partition: number
  readonly nextOffset: number
  readonly signal: AbortSignal
  commit(): Promise<void>
}

/** Some consumers of one group that read topics, commit, die and come back. */
export class GroupWorkload implements Workload {
  readonly name: string
  readonly #simulation: Simulation
  readonly #plan: GroupPlan
  readonly #topics: readonly string[]
  readonly #dice: SeededRandom
  readonly #checker: GroupChecker
  readonly #stop = new AbortController()
  readonly #slots: Promise<void>[] = []
  readonly #live: (GroupMember | undefined)[] = []
  readonly #loops: Loops | undefined
  /** How much longer than usual a place stays empty when its member has ended. */
  #pauseMs = 0

  constructor(simulation: Simulation, plan: GroupPlan, topics: readonly string[]) {
    this.#simulation = simulation
    this.#plan = plan
    this.#topics = topics
    this.name = `group-${simulation.groupCheckers.size}`
    this.#dice = simulation.world.random.fork(this.name)
    const { world, log, cluster } = simulation
    this.#checker = new GroupChecker({
      group: this.name,
      committedOnly: plan.isolation === 'read_committed',
      mayGoBack: plan.seeks,
      world,
      log,
      cluster,
    })
    simulation.groupCheckers.set(this.name, this.#checker)
    const { loop } = plan
    if (loop === 'run' || loop === 'mixed' || loop === 'several')
      this.#loops = new Loops({ simulation, plan, loop, dice: this.#dice, stop: this.#stop.signal, work: () => this.#work() })
  }

  start(): void {
    for (let slot = 0; slot < this.#plan.members; slot++) this.#slots.push(this.#run(slot))
  }

  finish(): Promise<void> {
    if (this.#plan.isStatic && this.#plan.protocol === 'cooperative') void this.#shakeWhenStuck()
    return Promise.resolve()
  }

  isDrained(): boolean {
    return this.#checker.isDone(this.#partitions)
  }

  lack(): string {
    return `${this.name}: ${this.#checker.lack(this.#partitions)}`
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error('the run is over'))
    await Promise.all(this.#slots)
  }

  get #partitions(): readonly ModelPartition[] {
    return this.#topics.flatMap((topic) => this.#simulation.cluster.topics.get(topic)?.partitions ?? [])
  }

  /**
   * A static member that dies between the round in which it was to give partitions back and the next one comes back under its name,
   * and is handed what is left to it without any round: the partitions are nobody's until the group rebalances for another reason.
   * Kafka's protocol is like that, and no client can see it from inside. So here is another reason: a place that stays empty for longer
   * than a session.
   */
  async #shakeWhenStuck(): Promise<void> {
    const { world } = this.#simulation
    await this.#simulation.delay(30_000)
    if (this.isDrained()) return
    world.sometimes('shook a static group that had lost a round')
    this.#pauseMs = 2 * this.#plan.sessionTimeoutMs
    this.#live.find((member) => member !== undefined)?.process.kill()
  }

  /** A member, and after it the next one, until the end. */
  async #run(slot: number): Promise<void> {
    await this.#simulation.delay(this.#dice.nextInt(1_000))
    while (!this.#stop.signal.aborted) {
      const member = new GroupMember(this.#simulation, this.#checker, this.#topics, {
        protocol: this.#plan.protocol,
        isolation: this.#plan.isolation,
        sessionTimeoutMs: this.#plan.sessionTimeoutMs,
        autoCommit: this.#plan.commits === 'auto',
        maxPollIntervalMs: 4_000,
        maxPollRecords: this.#plan.maxPollRecords,
        instanceId: this.#plan.isStatic ? `${this.name}-instance-${slot}` : undefined,
      })
      this.#live[slot] = member
      const loop = this.#consume(member)
      // A process that was killed never comes to the end of its loop.
      await Promise.race([loop, this.#untilDead(member)])
      this.#live[slot] = undefined
      if (!this.#stop.signal.aborted) await this.#simulation.delay(this.#pauseMs + 50 + this.#dice.nextInt(500))
    }
  }

  async #untilDead(member: GroupMember): Promise<void> {
    while (member.process.isAlive && !this.#stop.signal.aborted) await this.#simulation.delay(100)
    // A living member ends by itself when it is told to.
    if (member.process.isAlive) await new Promise(() => undefined)
  }

  async #consume(member: GroupMember): Promise<void> {
    const { world } = this.#simulation
    const { consumer } = member
    let isOver = false
    if (this.#plan.resubscribes) void resubscribeNowAndThen(this.#simulation, member, this.#dice, () => isOver || this.#stop.signal.aborted)
    if (this.#plan.commits === 'manual' && this.#plan.loop !== 'poll') void this.#commitNowAndThen(member, () => isOver)
    try {
      if (this.#loops !== undefined) await this.#loops.consume(member)
      else if (this.#plan.loop === 'batches')
        for await (const batch of consumer.batches({ signal: this.#stop.signal })) await this.#handle(member, batch)
      else if (this.#plan.loop === 'records') {
        for await (const record of consumer.records({ signal: this.#stop.signal })) await this.#handleRecord(member, record)
      } else
        while (!this.#stop.signal.aborted) {
          const batches = await consumer.poll(100, { signal: this.#stop.signal })
          const tenures = batches.map((batch) => member.tenure(batch))
          for (const [i, batch] of batches.entries()) await this.#handle(member, batch, tenures[i])
          // It takes in what the last poll gave, so it belongs behind the handling.
          if (this.#plan.commits === 'manual' && this.#dice.nextInt(4) === 0) await this.#tryCommit(() => consumer.commit())
        }
    } catch (error) {
      if (!this.#stop.signal.aborted) {
        world.note(`${member.name} fails`, codeOf(error), String(error))
        world.sometimes(`consumer failed: ${codeOf(error)}`)
      }
    }
    isOver = true
    await consumer.close({ timeoutMs: 5_000 }).catch((error: unknown) => world.note(`${member.name} close`, codeOf(error)))
  }

  /** Beside the loop: what was processed, whatever that is at the moment. */
  async #commitNowAndThen(member: GroupMember, isOver: () => boolean): Promise<void> {
    for (;;) {
      await this.#simulation.delay(300 + this.#dice.nextInt(600))
      if (isOver() || !member.process.isAlive || this.#stop.signal.aborted) return
      await this.#tryCommit(() => member.consumer.commit())
    }
  }

  async #handle(member: GroupMember, batch: Item, tenure = member.tenure(batch)): Promise<void> {
    const seen = member.deliveredAll(batch, tenure)
    await this.#work()
    for (const [partition, offset] of seen) member.processed(partition, offset)
    if (this.#plan.commits === 'manual' && this.#plan.loop === 'batches') await this.#tryCommit(() => batch.commit(), batch)
  }

  async #handleRecord(member: GroupMember, record: Delivered): Promise<void> {
    const partition = member.delivered(record)
    if (this.#dice.nextInt(10) === 0) await this.#work()
    member.processed(partition, record.offset)
  }

  async #work(): Promise<void> {
    const { handlerMs } = this.#plan
    if (handlerMs > 0) await this.#simulation.delay(this.#dice.nextInt(2 * handlerMs))
    // A handler that hangs loses its partitions (max.poll.interval.ms).
    if (!this.#simulation.world.isHealed && handlerMs > 0 && this.#dice.nextInt(400) === 0) {
      this.#simulation.world.sometimes('a handler hung')
      await this.#simulation.delay(5_000)
    }
  }

  /** What a resolved commit promises: the coordinator has it. */
  async #tryCommit(commit: () => Promise<void>, batch?: Item): Promise<void> {
    const { world, cluster } = this.#simulation
    try {
      await commit()
    } catch (error) {
      world.note('commit rejected', codeOf(error))
      world.sometimes(`commit rejected: ${codeOf(error)}`)
      return
    }
    world.sometimes('committed by hand')
    const partition = batch === undefined ? undefined : cluster.topics.get(batch.topic)?.partitions[batch.partition]
    if (batch === undefined || partition === undefined || world.plan.uncleanElections) return
    const committed = this.#checker.committedOf(partition)
    if (committed < batch.nextOffset)
      world.violate('CG4', `a commit of ${partition.name}@${batch.nextOffset} was answered, and the coordinator has ${committed}`)
  }
}
