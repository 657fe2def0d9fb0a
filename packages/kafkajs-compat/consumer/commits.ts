import type { Consumer, PartitionOffset } from '@odradek/client'
import { ClientError } from '@odradek/client'
import { toKafkaJS } from '../error-mapping.ts'
import { KafkaJSProtocolError } from '../errors.ts'
import type { Instrumentation } from '../instrumentation.ts'
import type { ConsumerEventMap } from '../types/events.ts'
import { groupedByTopic } from './assignment.ts'
import type { Assignment } from './assignment.ts'
import type { OwnedPartition } from './owned-partition.ts'

export interface CommitsOptions {
  readonly consumer: Consumer
  readonly assignment: Assignment
  readonly instrumentation: Instrumentation<ConsumerEventMap>
  readonly autoCommit: boolean
  readonly autoCommitInterval: number | null
  readonly autoCommitThreshold: number | null
}

/** When a consumer commits, and what. */
export class Commits {
  readonly #options: CommitsOptions
  #lastMs = Date.now()

  constructor(options: CommitsOptions) {
    this.#options = options
  }

  /** Commits these offsets, or all that is resolved and not committed. */
  async commit(offsets: readonly PartitionOffset[] = this.#options.assignment.uncommitted()): Promise<void> {
    const { consumer, assignment, instrumentation } = this.#options
    if (offsets.length > 0) {
      await this.send(offsets)
      const { groupId, memberId, generationId: groupGenerationId } = consumer.groupMetadata()
      instrumentation.emit('consumer.commit_offsets', { groupId, memberId, groupGenerationId, ...groupedByTopic(offsets) })
      for (const place of offsets) {
        const owned = assignment.get(place)
        if (owned !== undefined) owned.committed = place.offset
      }
    }
    this.#lastMs = Date.now()
  }

  /** The same without a word to anybody. */
  async send(offsets: readonly PartitionOffset[]): Promise<void> {
    try {
      await this.#options.consumer.commit(offsets)
    } catch (error) {
      if (error instanceof ClientError && error.code === 'ODRADEK_STATE') throw notOurs(error)
      throw toKafkaJS(error)
    }
  }

  /** What the settings of auto commit ask for between messages. */
  async commitIfNecessary(): Promise<void> {
    const { assignment, autoCommitInterval, autoCommitThreshold } = this.#options
    const isTime = autoCommitInterval !== null && Date.now() >= this.#lastMs + autoCommitInterval
    if (isTime || (autoCommitThreshold !== null && assignment.uncommittedCount >= autoCommitThreshold)) await this.commit()
  }

  async autoCommit(among?: Iterable<OwnedPartition>): Promise<void> {
    if (this.#options.autoCommit) await this.commit(this.#options.assignment.uncommitted(among))
  }

  async autoCommitIfNecessary(): Promise<void> {
    if (this.#options.autoCommit) await this.commitIfNecessary()
  }
}

/** The partition went to another member. Brokers say it so to a member that comes too late. */
function notOurs(cause: Error): KafkaJSProtocolError {
  return new KafkaJSProtocolError({ message: cause.message, type: 'ILLEGAL_GENERATION', code: 22, retriable: false }, { cause })
}
