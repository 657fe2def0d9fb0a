import { api } from '../schema/api.ts'
import { array, bool, int16, int32, int64, string, struct } from '../schema/types.ts'

/** The log directories of a broker and what lies in them. `topics: null` asks for all. */
export const DescribeLogDirs = api({
  key: 35,
  name: 'DescribeLogDirs',
  versions: [1, 5],
  flexible: 2,
  request: { topics: array(struct({ topic: string(), partitions: array(int32()) }), { nullable: 0 }) },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16({ since: 3, ignorable: true }),
    results: array(
      struct({
        errorCode: int16(),
        logDir: string(),
        topics: array(
          struct({
            name: string(),
            partitions: array(struct({ partitionIndex: int32(), partitionSize: int64(), offsetLag: int64(), isFutureKey: bool() })),
          }),
        ),
        totalBytes: int64({ since: 4, default: -1, ignorable: true, sentinel: true }),
        usableBytes: int64({ since: 4, default: -1, ignorable: true, sentinel: true }),
        isCordoned: bool({ since: 5, default: false, ignorable: true }),
      }),
    ),
  },
})
