import type { Uuid } from '@odradek/common/bytes'
import type { TopicPartition } from '../partitions.ts'
import type { ProducerBatch } from './producer-batch.ts'
import { Sequences } from './sequences.ts'

/** What all partitions of a topic have in common. */
export interface TopicHome {
  readonly name: string
  /** `ZERO_UUID` when the broker is too old to say. */
  readonly topicId: Uuid
  /** How much compression leaves, as estimated from what it left of the last batches. */
  compressionRatio: number
  /** A broker has said that a batch which had grown beyond `batch.size` was too large for the topic. */
  refusesLarge: boolean
}

/** The batches of one partition, in the order in which they have to leave, and what is known of its leader. */
export class PartitionQueue implements TopicPartition {
  readonly home: TopicHome
  readonly topic: string
  readonly partition: number
  readonly sequences = new Sequences()
  /** Not on the wire: those to be sent again, those that are full, and last the open one. */
  readonly batches: ProducerBatch[] = []
  /** −1 while there is none. */
  leader = -1
  leaderEpoch = -1
  /** Batches on the wire, also without idempotence. */
  onWire = 0
  /** In the list of those that have something to send. */
  isActive = false
  /** It has had a batch: adaptive partitioning waits until all have. */
  hasBeenUsed = false

  constructor(home: TopicHome, partition: number) {
    this.home = home
    this.topic = home.name
    this.partition = partition
  }

  get open(): ProducerBatch | undefined {
    const last = this.batches[this.batches.length - 1]
    return last?.isOpen === true ? last : undefined
  }

  /** Puts a batch that has failed back where it came from: before all that come after it. */
  putBack(batch: ProducerBatch): void {
    if (batch.sequence < 0) {
      this.batches.unshift(batch)
      return
    }
    let at = 0
    for (let queued = this.batches[at]; queued !== undefined; queued = this.batches[++at]) {
      if (queued.sequence < 0 || isBefore(batch, queued)) break
    }
    this.batches.splice(at, 0, batch)
  }

  remove(batch: ProducerBatch): void {
    const at = this.batches.indexOf(batch)
    if (at >= 0) this.batches.splice(at, 1)
  }
}

const isBefore = (a: ProducerBatch, b: ProducerBatch): boolean => ((b.sequence - a.sequence) & 0x7fff_ffff) < 0x4000_0000
