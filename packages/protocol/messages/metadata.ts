import { api } from '../schema/api.ts'
import { array, bool, int16, int32, string, struct, uuid } from '../schema/types.ts'

/**
 * Brokers, topics, and who leads which partition.
 *
 * `topics: null` asks for all of them; in version 0 an empty list does.
 */
export const Metadata = api({
  key: 3,
  name: 'Metadata',
  versions: [0, 13],
  flexible: 9,
  request: {
    topics: array(struct({ topicId: uuid({ since: 10, ignorable: true }), name: string({ nullable: 10 }) }), { nullable: 1 }),
    allowAutoTopicCreation: bool({ since: 4, default: true }),
    includeClusterAuthorizedOperations: bool({ since: 8, until: 10 }),
    includeTopicAuthorizedOperations: bool({ since: 8, default: false }),
  },
  response: {
    throttleTimeMs: int32({ since: 3, ignorable: true }),
    brokers: array(
      struct({
        nodeId: int32(),
        host: string(),
        port: int32(),
        rack: string({ since: 1, nullable: 1, default: null, ignorable: true }),
      }),
    ),
    clusterId: string({ since: 2, nullable: 2, default: null, ignorable: true }),
    controllerId: int32({ since: 1, default: -1, ignorable: true }),
    topics: array(
      struct({
        errorCode: int16(),
        name: string({ nullable: 12 }),
        topicId: uuid({ since: 10, ignorable: true }),
        isInternal: bool({ since: 1, default: false, ignorable: true }),
        partitions: array(
          struct({
            errorCode: int16(),
            partitionIndex: int32(),
            leaderId: int32(),
            leaderEpoch: int32({ since: 7, default: -1, ignorable: true }),
            replicaNodes: array(int32()),
            isrNodes: array(int32()),
            offlineReplicas: array(int32(), { since: 5, ignorable: true }),
          }),
        ),
        topicAuthorizedOperations: int32({ since: 8, default: -(2 ** 31) }),
      }),
    ),
    clusterAuthorizedOperations: int32({ since: 8, until: 10, default: -(2 ** 31) }),
    errorCode: int16({ since: 13, ignorable: true }),
  },
})
