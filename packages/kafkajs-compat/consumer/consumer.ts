import type { Kafka } from '@odradek/client'
import type { CommittedElsewhere } from '../committed-elsewhere.ts'
import type { Connection } from '../connection.ts'
import { describeGroups } from '../admin/describe-groups.ts'
import { isWorthRetrying, toKafkaJS } from '../error-mapping.ts'
import { KafkaJSNonRetriableError, KafkaJSNumberOfRetriesExceeded } from '../errors.ts'
import { Instrumentation } from '../instrumentation.ts'
import { NetworkWatch } from '../network-watch.ts'
import type { RetrySettings } from '../retry.ts'
import { sharedPromise } from '../shared-promise.ts'
import type { ConsumerConfig } from '../types/config.ts'
import type { Consumer, ConsumerRunConfig, GroupDescription, TopicPartitionOffsetAndMetadata } from '../types/consumer.ts'
import type { ConsumerEventMap, ConsumerEvents } from '../types/events.ts'
import type { Logger } from '../types/logging.ts'
import { checkPlace, checkTopicPartitions, offsetOf, subscribed } from './checks.ts'
import { checkConsumerConfig, consumerDefaults, consumerOptions } from './consumer-options.ts'
import { FetchWatch } from './fetch-watch.ts'
import { GroupPlace } from './group-place.ts'
import { PausedTopics } from './paused-topics.ts'
import { Runner } from './runner.ts'
import { Subscriptions } from './subscriptions.ts'
import { makeTopics, matchingTopics } from './topics.ts'

const events: ConsumerEvents = {
  HEARTBEAT: 'consumer.heartbeat',
  COMMIT_OFFSETS: 'consumer.commit_offsets',
  GROUP_JOIN: 'consumer.group_join',
  FETCH: 'consumer.fetch',
  FETCH_START: 'consumer.fetch_start',
  START_BATCH_PROCESS: 'consumer.start_batch_process',
  END_BATCH_PROCESS: 'consumer.end_batch_process',
  CONNECT: 'consumer.connect',
  DISCONNECT: 'consumer.disconnect',
  STOP: 'consumer.stop',
  CRASH: 'consumer.crash',
  REBALANCING: 'consumer.rebalancing',
  RECEIVED_UNSUBSCRIBED_TOPICS: 'consumer.received_unsubscribed_topics',
  REQUEST: 'consumer.network.request',
  REQUEST_TIMEOUT: 'consumer.network.request_timeout',
  REQUEST_QUEUE_SIZE: 'consumer.network.request_queue_size',
}

export interface ConsumerParts {
  readonly connection: Connection
  readonly logger: Logger
  readonly retry: RetrySettings
  readonly committed: CommittedElsewhere
  readonly restartOnFailure: ((error: Error) => Promise<boolean>) | undefined
}

export function createConsumer(config: ConsumerConfig, parts: ConsumerParts): Consumer {
  checkConsumerConfig(config)
  const { connection, logger, retry, committed } = parts
  const { groupId, allowAutoTopicCreation = true } = config
  const subscriptions = new Subscriptions()
  const instrumentation: Instrumentation<ConsumerEventMap> = new Instrumentation('consumer', events, logger, () => {
    network.update()
    fetches.update()
  })
  const network = new NetworkWatch('consumer', connection.clock, instrumentation)
  let runner: Runner | undefined
  let isStarting = false
  let groupOf = (): { readonly memberId: string; readonly generationId: number } => ({ memberId: '', generationId: -1 })
  const fetches = new FetchWatch(connection.clock, instrumentation, groupId, () => groupOf())
  let restart: NodeJS.Timeout | undefined
  let paused = new PausedTopics()

  const mapped = async <R>(action: (kafka: Kafka) => Promise<R>): Promise<R> => {
    try {
      return await action(await connection.kafka())
    } catch (error) {
      throw toKafkaJS(error)
    }
  }

  const running = (): Runner => {
    if (runner !== undefined) return runner
    throw new KafkaJSNonRetriableError('Consumer group was not initialized, consumer#run must be called first')
  }

  const stop = sharedPromise(async () => {
    clearTimeout(restart)
    const stopped = runner
    if (stopped !== undefined) {
      await stopped.stop()
      runner = undefined
      instrumentation.emit(events.STOP, null)
    }
    logger.info('Stopped', { groupId })
  })

  const disconnect = async (): Promise<void> => {
    await stop()
    await connection.close()
    instrumentation.emit(events.DISCONNECT, null)
  }

  const shouldRestart = async (error: Error): Promise<boolean> => {
    const isRetriable = error.name === 'KafkaJSNumberOfRetriesExceeded' || isRetriableAtRoot(error)
    if (!isRetriable) return false
    try {
      return (await parts.restartOnFailure?.(error)) ?? true
    } catch (failure) {
      logger.error('Caught error when invoking user-provided "restartOnFailure" callback. Defaulting to restarting.', {
        error: failure instanceof Error ? failure.message : failure,
        cause: error.message,
        groupId,
      })
      return true
    }
  }

  const start = async (run: ConsumerRunConfig): Promise<void> => {
    logger.info('Starting', { groupId })
    paused = new PausedTopics()
    const onCrash = async (error: Error): Promise<void> => {
      const { retryTime, retryCount } =
        error instanceof KafkaJSNumberOfRetriesExceeded ? error : { retryTime: undefined, retryCount: undefined }
      logger.error(`Crash: ${error.name}: ${error.message}`, { groupId, retryCount, stack: error.stack })
      await disconnect()
      const restarts = await shouldRestart(error)
      instrumentation.emit(events.CRASH, { error, groupId, restart: restarts })
      if (!restarts) return
      const waitMs = retryTime ?? retry.initialRetryTime
      logger.error(`Restarting the consumer in ${waitMs}ms`, { retryCount, retryTime: waitMs, groupId })
      restart = setTimeout(() => {
        start(run).catch((failure: unknown) => logger.error(`Restarting: ${String(failure)}`, { groupId }))
      }, waitMs)
    }
    let next: Runner
    let unlisten: () => void = () => undefined
    try {
      await connection.connect()
      instrumentation.emit(events.CONNECT, null)
      const kafka = await connection.kafka()
      const groupPlace = new GroupPlace(groupId, instrumentation, logger)
      const consumer = kafka.consumer({
        ...consumerOptions(config, groupPlace, connection.requestTimeoutMs),
        autoOffsetReset: subscriptions.autoOffsetReset,
      })
      groupOf = () => consumer.groupMetadata()
      next = new Runner({
        consumer,
        groupPlace,
        subscriptions,
        run,
        retry,
        logger,
        instrumentation,
        paused,
        maxWaitMs: config.maxWaitTimeInMs ?? consumerDefaults.maxWaitTimeInMs,
        rebalanceTimeoutMs: config.rebalanceTimeout ?? consumerDefaults.rebalanceTimeout,
        onCrash,
        onEnd: () => unlisten(),
      })
      unlisten = committed.listen(groupId, (topics) => next.committedElsewhere(topics))
      runner = next
    } catch (error) {
      return onCrash(toKafkaJS(error))
    }
    await next.start()
  }

  return {
    events,
    on: (name, listener) => instrumentation.on(name, listener),
    logger: () => logger,
    disconnect,
    stop,

    async connect() {
      await connection.connect()
      instrumentation.emit(events.CONNECT, null)
    },

    async subscribe(subscription) {
      if (runner !== undefined) throw new KafkaJSNonRetriableError('Cannot subscribe to topic while consumer is running')
      const given = subscribed(subscription)
      const patterns = given.filter((one) => typeof one !== 'string')
      const matched = patterns.length === 0 ? [] : await mapped((kafka) => matchingTopics(kafka, patterns))
      const topics = [...given.filter((one) => typeof one === 'string'), ...matched]
      await mapped((kafka) => makeTopics(kafka, topics, { allowAutoTopicCreation, timeoutMs: connection.timeoutMs }))
      subscriptions.add(topics, subscription.fromBeginning ?? false)
    },

    async run(run = {}) {
      if (runner !== undefined || isStarting) {
        logger.warn('consumer#run was called, but the consumer is already running', { groupId })
        return
      }
      isStarting = true
      try {
        await start(run)
      } finally {
        isStarting = false
      }
    },

    async commitOffsets(topicPartitions = []) {
      const offsets = topicPartitions.map(committable)
      await running().commits.commit(offsets)
    },

    seek(to) {
      checkPlace(to)
      const offset = offsetOf(to, -2)
      running().seek({ ...to, offset: String(offset) })
    },

    pause(topics = []) {
      checkTopicPartitions(topics, 'pause')
      const current = running()
      paused.pause(topics)
      current.applyPauses()
    },

    resume(topics = []) {
      checkTopicPartitions(topics, 'resume')
      const current = running()
      paused.resume(topics)
      current.applyPauses()
    },

    paused: () => (runner === undefined ? [] : paused.among(runner.assignment)),

    async describeGroup(): Promise<GroupDescription> {
      const [group] = await mapped(async (kafka) => {
        const admin = kafka.admin()
        try {
          return await describeGroups(admin, [groupId])
        } finally {
          await admin.close()
        }
      })
      if (group === undefined) throw new KafkaJSNonRetriableError(`Group ${groupId} was not described`)
      return group
    },
  }
}

function committable(given: TopicPartitionOffsetAndMetadata): {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly metadata?: string
} {
  checkPlace(given)
  const { topic, partition, metadata = null } = given
  const offset = offsetOf(given, 0)
  if (metadata !== null && typeof metadata !== 'string') {
    throw new KafkaJSNonRetriableError(`Invalid offset metadata, expected string or null, received ${String(metadata)}`)
  }
  return { topic, partition, offset, ...(metadata === null ? {} : { metadata }) }
}

/** A program may throw an error with `retriable: true` of its own, wrapped or not. */
function isRetriableAtRoot(error: Error): boolean {
  return error.cause instanceof Error
    ? isRetriableAtRoot(error.cause)
    : 'retriable' in error && error.retriable === true && isWorthRetrying(error)
}
