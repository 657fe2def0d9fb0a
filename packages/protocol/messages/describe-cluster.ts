import { api } from '../schema/api.ts'
import { array, bool, errorText, int16, int32, int8, string, struct } from '../schema/types.ts'

/** The cluster's id, its controller and its brokers. Endpoint type 1 asks for brokers, 2 for controllers. */
export const DescribeCluster = api({
  key: 60,
  name: 'DescribeCluster',
  versions: [0, 2],
  flexible: 0,
  request: {
    includeClusterAuthorizedOperations: bool(),
    endpointType: int8({ since: 1, default: 1 }),
    includeFencedBrokers: bool({ since: 2, default: false }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: errorText({ nullable: 0, default: null }),
    endpointType: int8({ since: 1, default: 1 }),
    clusterId: string(),
    controllerId: int32({ default: -1 }),
    brokers: array(
      struct({
        brokerId: int32(),
        host: string(),
        port: int32(),
        rack: string({ nullable: 0, default: null }),
        isFenced: bool({ since: 2, default: false }),
      }),
    ),
    clusterAuthorizedOperations: int32({ default: -(2 ** 31) }),
  },
})
