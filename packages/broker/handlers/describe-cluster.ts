import type { MetadataService } from '@odradek/metadata'
import { errorCode } from '@odradek/protocol'
import { DescribeCluster } from '@odradek/protocol/messages'
import type { ResponseDraft } from '@odradek/protocol/schema'
import { handler } from '../handler.ts'
import type { Endpoints } from '../services.ts'
import { allClusterOperations, notAsked } from './authorized-operations.ts'

/** Id and brokers of the cluster. Any broker takes what is meant for the controller, so this one names itself. */
export const describeCluster = (brokerId: number, metadata: Pick<MetadataService, 'image'>, endpoints: Endpoints) =>
  handler(DescribeCluster, ({ endpointType, includeFencedBrokers, includeClusterAuthorizedOperations }, { apiVersion, connection }) => {
    const wrong = wrongEndpoint(endpointType)
    if (wrong !== undefined) return { ...none, ...wrong, errorCode: apiVersion === 0 ? errorCode('INVALID_REQUEST') : wrong.errorCode }
    const brokers = endpoints.forClient(connection).filter(({ isFenced }) => includeFencedBrokers || !isFenced)
    return {
      errorCode: 0,
      errorMessage: null,
      clusterId: metadata.image.clusterId,
      controllerId: brokers.some(({ nodeId }) => nodeId === brokerId) ? brokerId : (brokers[0]?.nodeId ?? -1),
      brokers: brokers.map(({ nodeId, host, port, rack, isFenced }) => ({ brokerId: nodeId, host, port, rack, isFenced })),
      clusterAuthorizedOperations: includeClusterAuthorizedOperations ? allClusterOperations : notAsked,
    }
  })

const none: Pick<ResponseDraft<typeof DescribeCluster>, 'clusterId' | 'brokers'> = { clusterId: '', brokers: [] }
const brokerEndpoint = 1
const controllerEndpoint = 2

function wrongEndpoint(type: number): { readonly errorCode: number; readonly errorMessage: string } | undefined {
  if (type === brokerEndpoint) return undefined
  if (type !== controllerEndpoint)
    return { errorCode: errorCode('UNSUPPORTED_ENDPOINT_TYPE'), errorMessage: `Unsupported endpoint type ${type}` }
  const errorMessage = 'The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER'
  return { errorCode: errorCode('MISMATCHED_ENDPOINT_TYPE'), errorMessage }
}
