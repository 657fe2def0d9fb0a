import { Buffer } from 'node:buffer'
import { KafkaError } from '@odradek/client'
import type { Admin, Bytes, ClassicGroupDescription } from '@odradek/client'
import type { ConsumerGroupState, GroupDescription } from '../types/consumer.ts'

/** Groups as DescribeGroups tells of them. A group that there is not has the state Dead, as brokers answered to the versions that kafkajs speaks. */
export async function describeGroups(admin: Admin, groupIds: readonly string[]): Promise<GroupDescription[]> {
  const outcomes = await admin.describeClassicGroups(groupIds).settled()
  return groupIds.map((groupId) => {
    const outcome = outcomes.get(groupId)
    if (outcome?.ok === true) return described(outcome.value)
    if (outcome !== undefined && outcome.error.code !== 'GROUP_ID_NOT_FOUND') throw outcome.error
    if (outcome === undefined) throw new KafkaError('GROUP_ID_NOT_FOUND', `GROUP_ID_NOT_FOUND: nothing was answered about ${groupId}`)
    return { errorCode: 0, groupId, state: 'Dead', protocolType: '', protocol: '', members: [] }
  })
}

function described({
  groupId,
  protocol,
  protocolData,
  state,
  members,
}: ClassicGroupDescription): GroupDescription & { readonly errorCode: number } {
  return {
    errorCode: 0,
    groupId,
    state: stateOf(state),
    protocolType: protocol,
    protocol: protocolData,
    members: members.map(({ memberId, clientId, host, memberMetadata, memberAssignment }) => ({
      memberId,
      clientId,
      clientHost: host,
      memberMetadata: bufferOf(memberMetadata),
      memberAssignment: bufferOf(memberAssignment),
    })),
  }
}

function stateOf(state: string): ConsumerGroupState {
  const known = (['PreparingRebalance', 'CompletingRebalance', 'Stable', 'Dead', 'Empty'] as const).find((one) => one === state)
  return known ?? 'Unknown'
}

function bufferOf(bytes: Bytes): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
