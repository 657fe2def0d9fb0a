import { Kafka } from '@odradek/client'
import type { Consumer } from '@odradek/client'
import type { SeededRandom } from '@odradek/common/random'
import type { ModelPartition } from '../brokers/model-partition.ts'
import { Reading } from '../checker/reading.ts'
import type { WorkloadPlan } from '../plan.ts'
import type { Simulation } from '../simulation.ts'
import type { ClientProcess } from '../world/client-process.ts'
import { codeOf } from './codes.ts'
import { quick } from './settings.ts'
import type { Workload } from './workload.ts'

type SeekerPlan = Extract<WorkloadPlan, { kind: 'seeker' }>

/** A consumer without a group that reads a topic, and now and then somewhere else in it. */
export class SeekerWorkload implements Workload {
  readonly name = 'seeker'
  readonly #simulation: Simulation
  readonly #topic: string
  readonly #committedOnly: boolean
  readonly #dice: SeededRandom
  readonly #process: ClientProcess
  readonly #consumer: Consumer
  readonly #readings = new Map<ModelPartition, Reading>()
  readonly #stop = new AbortController()
  #reading: Promise<void> = Promise.resolve()
  #mayWander = true

  constructor(simulation: Simulation, plan: SeekerPlan, topic: string) {
    this.#simulation = simulation
    this.#topic = topic
    this.#committedOnly = plan.isolation === 'read_committed'
    this.#dice = simulation.world.random.fork('seeker')
    this.#process = simulation.process('seeker')
    const kafka = new Kafka({ ...quick(simulation), clientId: 'seeker' }, this.#process.environment)
    this.#consumer = kafka.consumer({
      autoOffsetReset: 'earliest',
      isolationLevel: plan.isolation,
      fetchMaxWaitMs: 200,
      maxPartitionFetchBytes: 2_000,
      maxPollRecords: 15,
      defaultApiTimeoutMs: 5_000,
    })
  }

  start(): void {
    const { world, log } = this.#simulation
    for (const partition of this.#partitions) {
      const options = { world, log, partition, committedOnly: this.#committedOnly, who: this.#process.name, from: 0, floor: 0 }
      this.#readings.set(partition, new Reading(options))
    }
    this.#consumer.assign(this.#partitions.map(({ topic, index }) => ({ topic, partition: index })))
    this.#reading = this.#read()
  }

  finish(): Promise<void> {
    this.#mayWander = false
    for (const [partition, reading] of this.#readings) if (reading.isPaused) this.#resume(partition, reading)
    return Promise.resolve()
  }

  isDrained(): boolean {
    return [...this.#readings].every(([partition, reading]) => this.#isDrained(partition, reading))
  }

  lack(): string {
    const lacking = [...this.#readings].filter(([partition, reading]) => !this.#isDrained(partition, reading))
    return `seeker: ${lacking.map(([{ name, endOffset, lastStableOffset }, { expected }]) => `${name} is read to ${expected} of ${lastStableOffset}, ${endOffset}`).join('; ')}`
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error('the run is over'))
    await this.#reading
    await this.#consumer.close({ timeoutMs: 5_000 }).catch((error: unknown) => this.#simulation.world.note('seeker close', codeOf(error)))
  }

  get #partitions(): readonly ModelPartition[] {
    return this.#simulation.cluster.topics.get(this.#topic)?.partitions ?? []
  }

  #isDrained(partition: ModelPartition, reading: Reading): boolean {
    const { log } = this.#simulation
    if (log.isForked(partition)) return true
    const end = this.#committedOnly ? partition.lastStableOffset : partition.highWatermark
    if (end < partition.endOffset) return false
    for (let offset = reading.expected ?? end; offset < end; offset++)
      if (log.isVisible(partition, offset, this.#committedOnly)) return false
    return true
  }

  async #read(): Promise<void> {
    const { world, cluster } = this.#simulation
    while (!this.#stop.signal.aborted) {
      try {
        for (const batch of await this.#consumer.poll(100, { signal: this.#stop.signal })) {
          const partition = cluster.topics.get(batch.topic)?.partitions[batch.partition]
          const reading = partition === undefined ? undefined : this.#readings.get(partition)
          for (const record of batch) reading?.delivered(record)
        }
        if (this.#mayWander && this.#dice.nextInt(6) === 0) this.#wander()
      } catch (error) {
        if (this.#stop.signal.aborted) return
        world.note('seeker fails', codeOf(error), String(error))
        world.sometimes(`seeker failed: ${codeOf(error)}`)
        await this.#simulation.delay(100)
      }
      if (this.#dice.nextInt(4) === 0) await this.#simulation.delay(this.#dice.nextInt(100))
    }
  }

  #wander(): void {
    const { world } = this.#simulation
    const all = this.#partitions
    const partition = all[this.#dice.nextInt(all.length)]
    const reading = partition === undefined ? undefined : this.#readings.get(partition)
    if (partition === undefined || reading === undefined) return
    const place = { topic: partition.topic, partition: partition.index }
    switch (this.#dice.nextInt(5)) {
      case 0: {
        const offset = this.#dice.nextInt(partition.highWatermark + 1)
        world.note('seek', partition.name, offset)
        world.sometimes('went to another offset')
        this.#consumer.seek({ ...place, offset })
        return reading.seek(offset)
      }
      case 1:
        world.note('seek to beginning', partition.name)
        this.#consumer.seekToBeginning([place])
        return reading.seek(0)
      case 2:
        if (reading.isPaused) return this.#resume(partition, reading)
        world.note('pause', partition.name)
        world.sometimes('paused a partition')
        this.#consumer.pause([place])
        reading.isPaused = true
        return
      default:
    }
  }

  #resume(partition: ModelPartition, reading: Reading): void {
    this.#simulation.world.note('resume', partition.name)
    reading.isPaused = false
    this.#consumer.resume([{ topic: partition.topic, partition: partition.index }])
  }
}
