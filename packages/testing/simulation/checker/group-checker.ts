import type { AppliedOffset } from '../brokers/offsets-log.ts'
import type { ModelCluster } from '../brokers/model-cluster.ts'
import type { ModelPartition } from '../brokers/model-partition.ts'
import type { World } from '../world/world.ts'
import type { LogChecker } from './log-checker.ts'

interface Progress {
  /** Offsets that were processed, out of order as they may come. */
  readonly done: Set<number>
  /** Everything to be seen below is processed. */
  below: number
  committed: number
}

/** What a group as a whole has done: committed is only what was processed, and each partition has one owner a generation. */
export class GroupChecker {
  readonly group: string
  readonly committedOnly: boolean
  readonly #mayGoBack: boolean
  readonly #world: World
  readonly #log: LogChecker
  readonly #cluster: ModelCluster
  readonly #progress = new Map<ModelPartition, Progress>()
  /** By generation and partition: the member that has it. */
  readonly #owners = new Map<string, string>()
  processed = 0

  constructor(options: {
    readonly group: string
    readonly committedOnly: boolean
    /** Its members seek back, and commit where they have gone to. */
    readonly mayGoBack?: boolean
    readonly world: World
    readonly log: LogChecker
    readonly cluster: ModelCluster
  }) {
    this.group = options.group
    this.committedOnly = options.committedOnly
    this.#mayGoBack = options.mayGoBack === true
    this.#world = options.world
    this.#log = options.log
    this.#cluster = options.cluster
  }

  /** What the coordinator has for the partition; 0 while there is nothing, since groups begin at the earliest. */
  committedOf(partition: ModelPartition): number {
    return this.#progressOf(partition).committed
  }

  /** Everything below is processed. */
  processedBelow(partition: ModelPartition): number {
    const progress = this.#progressOf(partition)
    this.#advance(partition, progress, partition.endOffset)
    return progress.below
  }

  processedAt(partition: ModelPartition, offset: number): void {
    const progress = this.#progressOf(partition)
    this.processed++
    progress.done.add(offset)
    this.#advance(partition, progress, partition.endOffset)
  }

  offsetCommitted({ topic, partition: index, offset }: AppliedOffset): void {
    const partition = this.#cluster.topics.get(topic)?.partitions[index]
    if (partition === undefined) return this.#world.violate('CG3', `${this.group} committed ${topic}-${index}, which there is not`)
    const progress = this.#progressOf(partition)
    this.#world.note('committed', this.group, partition.name, offset)
    if (this.#log.isForked(partition)) {
      progress.committed = offset
      return
    }
    if (offset > partition.endOffset)
      this.#world.violate('commit', `${this.group} committed ${partition.name}@${offset}, behind the end of the log`)
    this.#advance(partition, progress, offset)
    if (progress.below < offset)
      this.#world.violate('commit', `${this.group} committed ${partition.name}@${offset}, and ${progress.below} is not processed`)
    if (offset < progress.committed && !this.#mayGoBack)
      this.#world.violate('CG4', `${this.group} went back from ${progress.committed} to ${offset} in ${partition.name}`)
    progress.committed = offset
  }

  /** A member has got these partitions in this generation. */
  assigned(member: string, generation: number, partitions: readonly ModelPartition[]): void {
    for (const partition of partitions) {
      const key = `${generation}/${partition.name}`
      const owner = this.#owners.get(key)
      if (owner !== undefined && owner !== member)
        this.#world.violate('CG2', `${partition.name} has two owners in generation ${generation}: ${owner} and ${member}`)
      this.#owners.set(key, member)
    }
  }

  /** Whether everything that is to be seen is processed and committed. */
  isDone(partitions: readonly ModelPartition[]): boolean {
    return partitions.every((partition) => this.#lackOf(partition) === undefined)
  }

  /** What is missing, in words. */
  lack(partitions: readonly ModelPartition[]): string {
    return partitions
      .map((partition) => this.#lackOf(partition))
      .filter((lack) => lack !== undefined)
      .join('; ')
  }

  #lackOf(partition: ModelPartition): string | undefined {
    const progress = this.#progressOf(partition)
    const end = this.committedOnly ? partition.lastStableOffset : partition.highWatermark
    if (end < partition.endOffset) return `${partition.name} is stable to ${end} of ${partition.endOffset}`
    if (this.#log.isForked(partition))
      return progress.committed >= lastVisible(this.#log, partition, this.committedOnly) ? undefined : `${partition.name} is forked`
    this.#advance(partition, progress, end)
    if (progress.below < end) return `${partition.name} is processed to ${progress.below} of ${end}`
    return progress.committed >= lastVisible(this.#log, partition, this.committedOnly)
      ? undefined
      : `${partition.name} is committed to ${progress.committed} of ${end}`
  }

  #advance(partition: ModelPartition, progress: Progress, end: number): void {
    while (progress.below < end) {
      const at = progress.below
      if (progress.done.has(at)) progress.done.delete(at)
      else if (this.#isToBeSeen(partition, at)) return
      progress.below++
    }
  }

  /** An open transaction's record may be to be seen one day, so nobody may pass it. */
  #isToBeSeen(partition: ModelPartition, offset: number): boolean {
    return this.#log.isVisible(partition, offset, this.committedOnly)
  }

  #progressOf(partition: ModelPartition): Progress {
    let progress = this.#progress.get(partition)
    if (progress === undefined) this.#progress.set(partition, (progress = { done: new Set(), below: 0, committed: 0 }))
    return progress
  }
}

/** Behind the last record that a reader gets; a group commits at least that once it has read all. */
function lastVisible(log: LogChecker, partition: ModelPartition, committedOnly: boolean): number {
  let end = partition.endOffset
  while (end > 0 && !log.isVisible(partition, end - 1, committedOnly)) end--
  return end
}
