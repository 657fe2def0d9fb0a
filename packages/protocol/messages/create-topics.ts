import { api } from '../schema/api.ts'
import { array, bool, errorText, int16, int32, int8, string, struct, uuid } from '../schema/types.ts'

/** Makes topics. `numPartitions` and `replicationFactor` of −1 mean the broker's defaults. */
export const CreateTopics = api({
  key: 19,
  name: 'CreateTopics',
  versions: [2, 7],
  flexible: 5,
  request: {
    topics: array(
      struct({
        name: string(),
        numPartitions: int32(),
        replicationFactor: int16(),
        assignments: array(struct({ partitionIndex: int32(), brokerIds: array(int32()) }), { default: [] }),
        configs: array(struct({ name: string(), value: string({ nullable: 0 }) }), { default: [] }),
      }),
    ),
    timeoutMs: int32({ default: 60_000 }),
    validateOnly: bool({ since: 1, default: false }),
  },
  response: {
    throttleTimeMs: int32({ since: 2, ignorable: true }),
    topics: array(
      struct({
        name: string(),
        topicId: uuid({ since: 7, ignorable: true }),
        errorCode: int16(),
        errorMessage: errorText({ since: 1, nullable: 0, default: null, ignorable: true }),
        topicConfigErrorCode: int16({ since: 5, tag: 0, ignorable: true }),
        numPartitions: int32({ since: 5, default: -1, ignorable: true }),
        replicationFactor: int16({ since: 5, default: -1, ignorable: true }),
        configs: array(
          struct({
            name: string({ since: 5 }),
            value: string({ since: 5, nullable: 5 }),
            readOnly: bool({ since: 5 }),
            configSource: int8({ since: 5, default: -1, ignorable: true }),
            isSensitive: bool({ since: 5 }),
          }),
          { since: 5, nullable: 5, ignorable: true },
        ),
      }),
    ),
  },
})
