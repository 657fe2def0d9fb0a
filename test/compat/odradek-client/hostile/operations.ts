import type { Admin, Consumer, ConsumerOptions, Kafka, ProducerOptions } from '@odradek/client'
import { topic } from './plausible.ts'
import { patienceMs } from './trial.ts'
import type { Operation } from './trial.ts'

const place = { topic, partition: 0 }
const producerOptions: ProducerOptions = { deliveryTimeoutMs: patienceMs, maxBlockMs: patienceMs, lingerMs: 0 }

function consumer(kafka: Kafka, options: ConsumerOptions = {}): Consumer {
  return kafka.consumer({ autoOffsetReset: 'earliest', ...options })
}

async function twoPolls(reader: Consumer): Promise<void> {
  // An answer of three records may or may not come; what must not happen is that nothing ever does.
  await reader.poll(patienceMs)
  await reader.poll(patienceMs / 2)
}

const group = { groupId: 'g', groupProtocol: 'classic', sessionTimeoutMs: 2000, heartbeatIntervalMs: 500, maxPollIntervalMs: 2500 } as const

export const clientOperations: readonly Operation[] = [
  { name: 'send', run: async (kafka) => kafka.producer(producerOptions).send(topic, { value: 'v' }) },
  {
    name: 'send without idempotence',
    run: async (kafka) => kafka.producer({ ...producerOptions, enableIdempotence: false, acks: 1 }).send(topic, { value: 'v' }),
  },
  {
    name: 'transaction',
    run: async (kafka) => {
      const producer = kafka.producer({ ...producerOptions, transactionalId: 'tx' })
      await producer.transaction(async (transaction) => {
        await transaction.send(topic, { value: 'v' })
        await transaction.sendOffsets([{ ...place, offset: 1 }], {
          groupId: 'g',
          generationId: 1,
          memberId: 'me',
          groupInstanceId: undefined,
        })
      })
    },
  },
  {
    name: 'assign and poll',
    run: async (kafka) => {
      const reader = consumer(kafka)
      reader.assign([place])
      await twoPolls(reader)
    },
  },
  {
    name: 'subscribe and poll',
    run: async (kafka) => {
      const reader = consumer(kafka, group)
      reader.subscribe([topic])
      await twoPolls(reader)
      await reader.commit()
    },
  },
  {
    name: 'subscribe by KIP-848 and poll',
    run: async (kafka) => {
      const reader = consumer(kafka, { groupId: 'g', groupProtocol: 'consumer' })
      reader.subscribe([topic])
      await twoPolls(reader)
      await reader.commit()
    },
  },
  {
    name: 'offsets of a consumer',
    run: async (kafka) => {
      const reader = consumer(kafka, { groupId: 'g', groupProtocol: 'classic', enableAutoCommit: false })
      reader.assign([place])
      await reader.committed([place])
      await reader.commit([{ ...place, offset: 1 }])
      await reader.endOffsets([place])
      await reader.offsetsForTimes([{ ...place, timestamp: 1 }])
    },
  },
]

const calls: Readonly<Record<string, (admin: Admin) => PromiseLike<unknown>>> = {
  createTopics: (admin) => admin.createTopics([{ name: topic, partitions: 1 }]),
  deleteTopics: (admin) => admin.deleteTopics([topic]),
  describeTopics: (admin) => admin.describeTopics([topic]),
  listTopics: (admin) => admin.listTopics(),
  createPartitions: (admin) => admin.createPartitions([{ topic, totalCount: 2 }]),
  deleteRecords: (admin) => admin.deleteRecords([{ ...place, beforeOffset: 1 }]),
  describeCluster: (admin) => admin.describeCluster(),
  listGroups: (admin) => admin.listGroups(),
  describeConsumerGroups: (admin) => admin.describeConsumerGroups(['g']),
  deleteConsumerGroups: (admin) => admin.deleteConsumerGroups(['g']),
  describeReplicaBatches: (admin) =>
    admin.describeReplicaBatches([{ ...place, broker: 1, topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', fetchOffset: 0 }]),
  listOffsets: (admin) => admin.listOffsets([{ ...place, at: 'latest' }]),
}

export const adminOperations: readonly Operation[] = Object.entries(calls).map(([name, call]) => ({
  name: `admin.${name}`,
  run: async (kafka) => call(kafka.admin()),
}))
