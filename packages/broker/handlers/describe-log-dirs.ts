import { errorCode } from '@odradek/protocol'
import { DescribeLogDirs } from '@odradek/protocol/messages'
import type { RequestOf, ResponseDraft } from '@odradek/protocol/schema'
import { handler } from '../handler.ts'
import type { LogDirDescription, LogDirs, ReplicaDescription } from '../services.ts'

type Asked = RequestOf<typeof DescribeLogDirs>['topics']
type Result = ResponseDraft<typeof DescribeLogDirs>['results'][number]

/** What lies in the log directories, and how much room they have. */
export const describeLogDirs = (logDirs: LogDirs) =>
  handler(DescribeLogDirs, ({ topics }) => ({ errorCode: 0, results: logDirs.describe().map((dir) => resultOf(dir, filterOf(topics))) }), {
    // The error at the top came with version 3; before, only a directory could have one.
    failed: (_request, code, { apiVersion }) => ({
      errorCode: code,
      results: apiVersion < 3 ? [{ errorCode: code, logDir: '', topics: [] }] : [],
    }),
  })

function resultOf(
  { path, offline, totalBytes, usableBytes, replicas }: LogDirDescription,
  isAsked: (replica: ReplicaDescription) => boolean,
): Result {
  if (offline) return { errorCode: errorCode('KAFKA_STORAGE_ERROR'), logDir: path, topics: [], totalBytes: -1, usableBytes: -1 }
  const topics = Array.from(
    Map.groupBy(replicas.filter(isAsked), ({ topic }) => topic),
    ([name, held]) => ({
      name,
      partitions: held.map(({ partition, sizeInBytes, offsetLag }) => ({
        partitionIndex: partition,
        partitionSize: sizeInBytes,
        offsetLag,
        isFutureKey: false,
      })),
    }),
  )
  return { errorCode: 0, logDir: path, topics, totalBytes, usableBytes }
}

/** `null` asks for all. */
function filterOf(topics: Asked): (replica: ReplicaDescription) => boolean {
  if (topics === null) return () => true
  const asked = new Set(topics.flatMap(({ topic, partitions }) => partitions.map((partition) => `${topic}/${partition}`)))
  return ({ topic, partition }) => asked.has(`${topic}/${partition}`)
}
