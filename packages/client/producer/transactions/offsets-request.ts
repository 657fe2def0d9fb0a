import { errorName, isRetriable } from '@odradek/protocol'
import type { TxnOffsetCommit } from '@odradek/protocol/messages'
import type { RequestDraft } from '@odradek/protocol/schema'
import type { ConsumerGroupMetadata } from '../../consumer/group-metadata.ts'
import { ClientError } from '../../errors/index.ts'
import type { Offsets } from '../../partitions.ts'
import type { BatchIdentity } from '../producer-batch.ts'

/** From here on the group checks who commits (KIP-447). */
export const firstVersionWithMember = 3

/** Whether it is to be checked who commits; otherwise only the group is named, as before KIP-447. */
export const isMember = ({ generationId, memberId, groupInstanceId }: ConsumerGroupMetadata): boolean =>
  generationId >= 0 || memberId !== '' || groupInstanceId !== undefined

export function offsetsRequest(
  version: number,
  transactionalId: string,
  { producerId, producerEpoch }: BatchIdentity,
  offsets: Offsets,
  { groupId, generationId, memberId, groupInstanceId }: ConsumerGroupMetadata,
): RequestDraft<typeof TxnOffsetCommit> {
  const topics = [...Map.groupBy(offsets, ({ topic }) => topic)].map(([name, ofTopic]) => ({
    name,
    partitions: ofTopic.map(({ partition, offset, leaderEpoch = -1, metadata = '' }) => ({
      partitionIndex: partition,
      committedOffset: offset,
      committedLeaderEpoch: leaderEpoch,
      committedMetadata: metadata,
    })),
  }))
  const member = version < firstVersionWithMember ? {} : { generationId, memberId, groupInstanceId: groupInstanceId ?? null }
  return { transactionalId, groupId, producerId, producerEpoch, ...member, topics }
}

/** Of several codes the one that decides: what will not go away by itself, else what may, else 0. */
export function worstOf(codes: readonly number[]): number {
  const wrong = codes.filter((code) => code !== 0)
  // "Not attempted" says that another partition has the reason.
  const telling = wrong.filter((code) => errorName(code) !== 'OPERATION_NOT_ATTEMPTED')
  return telling.find((code) => !isRetriable(errorName(code))) ?? telling[0] ?? wrong[0] ?? 0
}

/** Throws for what can't be committed. */
export function checkOffsets(offsets: unknown, group: unknown): void {
  if (!Array.isArray(offsets) || !offsets.every(isOffset)) {
    throw new ClientError(
      'ODRADEK_STATE',
      'Offsets for a transaction are a list of { topic, partition, offset }, whole numbers from 0 on',
      {
        hint: 'The offset is that of the next record to be read: batch.nextOffset, or record.offset + 1.',
      },
    )
  }
  if (typeof group !== 'object' || group === null || !('groupId' in group) || typeof group.groupId !== 'string' || group.groupId === '') {
    throw new ClientError('ODRADEK_STATE', 'Offsets for a transaction need the group that they are of', {
      hint: 'Give consumer.groupMetadata().',
    })
  }
}

function isOffset(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('topic' in value && 'partition' in value && 'offset' in value)) return false
  const { topic, partition, offset } = value
  return typeof topic === 'string' && isIndex(partition) && isIndex(offset)
}

const isIndex = (value: unknown): boolean => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
