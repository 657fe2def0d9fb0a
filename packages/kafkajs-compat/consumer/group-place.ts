import type { Assignor, Consumer } from '@odradek/client'
import type { Instrumentation } from '../instrumentation.ts'
import type { ConsumerEventMap } from '../types/events.ts'
import type { Logger } from '../types/logging.ts'
import type { Assignment } from './assignment.ts'
import type { Subscriptions } from './subscriptions.ts'

/**
 * What a consumer knows of its group, and tells with GROUP_JOIN and REBALANCING.
 *
 * Who leads the group shows by whose assignor is asked; of another leader the id is not known here, and `leaderId` is empty.
 */
export class GroupPlace {
  readonly groupId: string
  readonly #instrumentation: Instrumentation<ConsumerEventMap>
  readonly #logger: Logger
  #startedMs = Date.now()
  #isLeader = false
  #protocol = ''

  constructor(groupId: string, instrumentation: Instrumentation<ConsumerEventMap>, logger: Logger) {
    this.groupId = groupId
    this.#instrumentation = instrumentation
    this.#logger = logger
  }

  /** The same assignor, which tells this place what becomes of it. */
  watched(assignor: Assignor): Assignor {
    return {
      ...assignor,
      assign: (cluster, members) => {
        this.#isLeader = true
        return assignor.assign(cluster, members)
      },
      onAssignment: (assignment, group) => {
        this.#protocol = assignor.name
        assignor.onAssignment?.(assignment, group)
      },
    }
  }

  rebalancing(consumer: Consumer): void {
    const { groupId } = this
    const { memberId } = consumer.groupMetadata()
    this.#startedMs = Date.now()
    this.#isLeader = false
    this.#logger.warn('The group is rebalancing, re-joining', { groupId, memberId })
    this.#instrumentation.emit('consumer.rebalancing', { groupId, memberId })
  }

  joined(consumer: Consumer, assignment: Assignment, subscriptions: Subscriptions): void {
    const { groupId } = this
    const { memberId, generationId } = consumer.groupMetadata()
    const assigned = assignment.byTopic()
    const assignedTopics = Object.keys(assigned)
    const topicsNotSubscribed = assignedTopics.filter((topic) => !subscriptions.has(topic))
    if (topicsNotSubscribed.length > 0) {
      const payload = { groupId, generationId, memberId, assignedTopics, topicsSubscribed: [...subscriptions.topics], topicsNotSubscribed }
      this.#instrumentation.emit('consumer.received_unsubscribed_topics', payload)
      this.#logger.warn('Consumer group received unsubscribed topics', payload)
    }
    const payload = {
      groupId,
      memberId,
      leaderId: this.#isLeader ? memberId : '',
      isLeader: this.#isLeader,
      memberAssignment: Object.fromEntries(Object.entries(assigned).filter(([topic]) => subscriptions.has(topic))),
      groupProtocol: this.#protocol,
      duration: Date.now() - this.#startedMs,
    }
    this.#startedMs = Date.now()
    this.#instrumentation.emit('consumer.group_join', payload)
    this.#logger.info('Consumer has joined the group', payload)
    this.#isLeader = false
  }
}
