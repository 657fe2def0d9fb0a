import { api } from '../schema/api.ts'
import { array, errorText, int16, int32, int64, records, string, struct, uuid } from '../schema/types.ts'

/** Where clients find a broker that an answer points them to (KIP-951). */
const nodeEndpoint = struct({
  nodeId: int32({ since: 10 }),
  host: string({ since: 10 }),
  port: int32({ since: 10 }),
  rack: string({ since: 10, nullable: 10, default: null }),
})

/**
 * Appends record batches to partitions.
 *
 * Topics have a name up to version 12, an id from 13. `acks` 0 has no answer. Versions 0 to 2 are announced for the sake
 * of old librdkafka (KAFKA-18659), but are neither read nor written.
 */
export const Produce = api({
  key: 0,
  name: 'Produce',
  versions: [3, 13],
  flexible: 9,
  request: {
    transactionalId: string({ since: 3, nullable: 3, default: null }),
    acks: int16(),
    timeoutMs: int32(),
    topicData: array(
      struct({
        name: string({ until: 12, ignorable: true }),
        topicId: uuid({ since: 13, ignorable: true }),
        partitionData: array(struct({ index: int32(), records: records() })),
      }),
    ),
  },
  response: {
    responses: array(
      struct({
        name: string({ until: 12, ignorable: true }),
        topicId: uuid({ since: 13, ignorable: true }),
        partitionResponses: array(
          struct({
            index: int32(),
            errorCode: int16(),
            baseOffset: int64(),
            logAppendTimeMs: int64({ since: 2, default: -1, ignorable: true, sentinel: true }),
            logStartOffset: int64({ since: 5, default: -1, ignorable: true }),
            recordErrors: array(
              struct({ batchIndex: int32({ since: 8 }), batchIndexErrorMessage: errorText({ since: 8, nullable: 8, default: null }) }),
              { since: 8, ignorable: true },
            ),
            errorMessage: errorText({ since: 8, nullable: 8, default: null, ignorable: true }),
            currentLeader: struct(
              { leaderId: int32({ since: 10, default: -1 }), leaderEpoch: int32({ since: 10, default: -1 }) },
              { since: 10, tag: 0 },
            ),
          }),
        ),
      }),
    ),
    throttleTimeMs: int32({ since: 1, ignorable: true }),
    nodeEndpoints: array(nodeEndpoint, { since: 10, tag: 0 }),
  },
})
