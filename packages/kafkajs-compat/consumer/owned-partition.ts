import type { TopicPartition } from '@odradek/client'

/** A partition that this consumer has, and how far it is with it. */
export class OwnedPartition implements TopicPartition {
  readonly topic: string
  readonly partition: number
  /** Next offset to be read, once something is handled; what a commit would say. */
  resolved: number | undefined = undefined
  committed: number | undefined = undefined
  /** Where reading began: counts as committed where nothing was. */
  base: number | undefined = undefined
  /** Where the program wants to go on. */
  seek: number | undefined = undefined
  /** A batch of it is in the hands of a worker, or waits for one: nothing more is fetched. */
  isBusy = false
  /** It is being given back, or is somebody else's already: no further message is begun. */
  isLeaving = false
  /** It is not ours any more. */
  isGone = false
  /** Assigned by a leader of other wishes: not handled. */
  isUnwanted = false

  constructor({ topic, partition }: TopicPartition) {
    this.topic = topic
    this.partition = partition
  }

  /** Whether what is in hand is to be dropped. */
  get isStale(): boolean {
    return this.isLeaving || this.seek !== undefined
  }

  get uncommitted(): number | undefined {
    return this.resolved === undefined || this.resolved === this.committed ? undefined : this.resolved
  }

  /** Resolved messages since the last commit. */
  get uncommittedCount(): number {
    return this.resolved === undefined ? 0 : Math.max(0, this.resolved - (this.committed ?? this.base ?? this.resolved))
  }

  /** Reading goes on elsewhere. */
  moveTo(offset: number | undefined): void {
    this.resolved = undefined
    this.committed = undefined
    this.base = offset
  }
}

export const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}\u0000${partition}`
