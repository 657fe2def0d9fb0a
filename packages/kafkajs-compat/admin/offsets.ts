import type { Admin as ClientAdmin, OffsetSpec, TopicPartition } from '@odradek/client'
import { protocolError } from '../error-mapping.ts'
import { KafkaJSDeleteTopicRecordsError, KafkaJSNonRetriableError } from '../errors.ts'
import type { Admin, FetchOffsetsPartition, SeekEntry } from '../types/admin.ts'
import { checkName, failures } from './call.ts'
import type { AdminCalls } from './call.ts'

type OffsetMethods =
  | 'fetchOffsets'
  | 'fetchTopicOffsets'
  | 'fetchTopicOffsetsByTimestamp'
  | 'setOffsets'
  | 'resetOffsets'
  | 'deleteTopicRecords'

/** kafkajs' words for the ends of a partition, where it takes an offset. */
const [latest, earliest] = [-1, -2]

export function offsetsAdmin(call: AdminCalls): Pick<Admin, OffsetMethods> {
  return {
    async fetchOffsets({ groupId, topics = [], resolveOffsets = false }) {
      checkName('groupId', groupId)
      if (!Array.isArray(topics)) throw new KafkaJSNonRetriableError('Expected topics array to be set')
      return call(async (admin) => {
        const committed = await committedOffsets(admin, groupId, topics)
        if (!resolveOffsets) return committed
        return Promise.all(
          committed.map(async ({ topic, partitions }) => {
            const resolved = await Promise.all(
              partitions.map(async (entry) => ({ ...entry, offset: String(await resolvedOffset(admin, topic, entry)) })),
            )
            await setOffsets(admin, groupId, topic, resolved)
            return { topic, partitions: resolved }
          }),
        )
      })
    },

    async fetchTopicOffsets(topic) {
      checkName('topic', topic)
      return call(async (admin) => {
        const partitions = await partitionsOf(admin, topic)
        const [highs, lows] = await Promise.all([listed(admin, partitions, 'latest'), listed(admin, partitions, 'earliest')])
        return partitions.map(({ partition }, at) => ({
          partition,
          offset: highs[at] ?? '-1',
          high: highs[at] ?? '-1',
          low: lows[at] ?? '-1',
        }))
      })
    },

    async fetchTopicOffsetsByTimestamp(topic, timestamp) {
      checkName('topic', topic)
      return call(async (admin) => {
        const partitions = await partitionsOf(admin, topic)
        const highs = await listed(admin, partitions, 'latest')
        // Without a time kafkajs asks for the time −1, which is the end.
        const found = timestamp === undefined ? highs : await listed(admin, partitions, { timestamp })
        return partitions.map(({ partition }, at) => ({ partition, offset: (Number(found[at]) >= 0 ? found[at] : highs[at]) ?? '-1' }))
      })
    },

    async setOffsets({ groupId, topic, partitions }) {
      checkName('groupId', groupId)
      checkName('topic', topic)
      if (!Array.isArray(partitions) || partitions.length === 0) throw new KafkaJSNonRetriableError('Invalid partitions')
      await call((admin) => setOffsets(admin, groupId, topic, partitions))
    },

    async resetOffsets({ groupId, topic, earliest: isEarliest }) {
      checkName('groupId', groupId)
      checkName('topic', topic)
      await call(async (admin) => {
        const offset = String(isEarliest ? earliest : latest)
        const partitions = (await partitionsOf(admin, topic)).map(({ partition }) => ({ partition, offset }))
        await setOffsets(admin, groupId, topic, partitions)
      })
    },

    async deleteTopicRecords({ topic, partitions }) {
      checkName('topic', topic)
      if (!Array.isArray(partitions) || partitions.length === 0) throw new KafkaJSNonRetriableError('Invalid partitions')
      await call(async (admin) => {
        const wanted = partitions.map(({ partition, offset }) => ({ topic, partition, beforeOffset: Number(offset) }))
        const failed = await failures(admin.deleteRecords(wanted))
        if (failed.length === 0) return
        throw new KafkaJSDeleteTopicRecordsError({
          topic,
          partitions: failed.map(([{ partition }, error]) => ({
            partition,
            offset: partitions.find((entry) => entry.partition === partition)?.offset ?? '',
            error: protocolError(error),
          })),
        })
      })
    },
  }
}

async function partitionsOf(admin: ClientAdmin, topic: string): Promise<readonly TopicPartition[]> {
  const { partitions } = await admin.describeTopics([topic]).of(topic)
  return partitions.map(({ partition }) => ({ topic, partition }))
}

async function listed(admin: ClientAdmin, partitions: readonly TopicPartition[], at: OffsetSpec): Promise<readonly string[]> {
  const offsets = await admin.listOffsets(partitions.map((partition) => ({ ...partition, at })))
  return partitions.map((partition) => String(offsets.get(partition)?.offset ?? -1))
}

async function committedOffsets(
  admin: ClientAdmin,
  groupId: string,
  topics: readonly string[],
): Promise<{ topic: string; partitions: FetchOffsetsPartition[] }[]> {
  const asked = topics.length === 0 ? undefined : (await Promise.all(topics.map((topic) => partitionsOf(admin, topic)))).flat()
  const offsets = await admin.listConsumerGroupOffsets([asked === undefined ? groupId : { groupId, partitions: asked }]).of(groupId)
  const byTopic = new Map<string, FetchOffsetsPartition[]>()
  for (const { topic, partition } of asked ?? offsets.keys()) {
    const committed = offsets.get({ topic, partition })
    const entry = { partition, offset: String(committed?.offset ?? -1), metadata: committed?.metadata || null }
    byTopic.set(topic, [...(byTopic.get(topic) ?? []), entry])
  }
  return [...byTopic].map(([topic, partitions]) => ({ topic, partitions: partitions.toSorted((a, b) => a.partition - b.partition) }))
}

/** An offset below 0 stands for one end of the partition. */
async function resolvedOffset(admin: ClientAdmin, topic: string, { partition, offset }: SeekEntry): Promise<number> {
  const number = Number(offset)
  if (number !== latest && number !== earliest) return number
  return Number((await listed(admin, [{ topic, partition }], number === latest ? 'latest' : 'earliest'))[0])
}

/**
 * Sets the offsets of a group that nobody is in. kafkajs commits −1 and −2 as they stand, for its own consumers to make sense of; here the
 * ends that they mean are committed.
 */
async function setOffsets(admin: ClientAdmin, groupId: string, topic: string, partitions: readonly SeekEntry[]): Promise<void> {
  const described = await admin.describeClassicGroups([groupId]).settled()
  const outcome = described.get(groupId)
  const state = outcome?.ok === true ? outcome.value.state : 'Dead'
  if (outcome !== undefined && !outcome.ok && outcome.error.code !== 'GROUP_ID_NOT_FOUND') throw outcome.error
  if (state !== 'Empty' && state !== 'Dead') {
    throw new KafkaJSNonRetriableError(`The consumer group must have no running instances, current state: ${state}`)
  }
  const offsets = await Promise.all(
    partitions.map(async (entry) => ({ topic, partition: entry.partition, offset: await resolvedOffset(admin, topic, entry) })),
  )
  await admin.alterConsumerGroupOffsets(groupId, offsets)
}
