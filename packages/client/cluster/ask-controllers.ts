import { errorCode as codeOf } from '@odradek/protocol'
import type { DescribeCluster } from '@odradek/protocol/messages'
import type { RequestDraft, ResponseOf } from '@odradek/protocol/schema'
import { errorOf } from '../errors/index.ts'
import type { MetadataAnswer } from './merge-metadata.ts'

/** What controllers are asked instead of Metadata, which only brokers serve: endpoint type 2 (KIP-919). */
export const controllersQuestion: RequestDraft<typeof DescribeCluster> = { includeClusterAuthorizedOperations: false, endpointType: 2 }

const mismatched = codeOf('MISMATCHED_ENDPOINT_TYPE')

/** The controllers' answer in the form of one to Metadata: nodes and who leads them, and no topics. */
export function controllersAsMetadata(answer: ResponseOf<typeof DescribeCluster>): MetadataAnswer {
  const { errorCode, errorMessage, brokers, clusterId, controllerId } = answer
  if (errorCode !== 0)
    throw errorOf(errorCode, errorMessage, {
      fatal: errorCode === mismatched,
      hint: 'bootstrap.controllers takes listeners of controllers, not of brokers.',
    })
  return {
    throttleTimeMs: 0,
    brokers: brokers.map(({ brokerId, host, port, rack }) => ({ nodeId: brokerId, host, port, rack })),
    clusterId,
    controllerId,
    topics: [],
    clusterAuthorizedOperations: -(2 ** 31),
    errorCode: 0,
  }
}
