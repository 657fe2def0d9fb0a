import { errorCode, errorName } from '@odradek/protocol'
import type { KafkaError } from '@odradek/protocol'
import { AlterReplicaLogDirs, DescribeLogDirs } from '@odradek/protocol/messages'
import type { ResponseOf } from '@odradek/protocol/schema'
import { errorOf } from '../errors/error-of.ts'
import type { TopicPartition } from '../partitions.ts'
import type { Waiting } from '../waiting.ts'
import { checkInteger, checkList, checkName, checkPartitions } from './check.ts'
import { brokers, fields, partitions, perTopic } from './keys.ts'
import { KeyedMap } from './keyed-map.ts'
import { question } from './operation.ts'
import type { Operation, Verdict } from './operation.ts'
import type { PerItem } from './per-item.ts'
import type { Runner } from './runner.ts'
import { namedBroker } from './targets/brokers.ts'

/** A partition on a broker. */
export interface TopicPartitionReplica extends TopicPartition {
  readonly broker: number
}

/** What lies of a partition in a log directory. */
export interface ReplicaInfo {
  readonly sizeBytes: number
  /** How far it is behind: of a replica that moves here, how far until it takes the other's place. */
  readonly offsetLag: number
  /** It will take the place of the broker's present replica when it has caught up. */
  readonly isFuture: boolean
}

export interface LogDirDescription {
  /** The directory is offline. */
  readonly error: KafkaError | undefined
  readonly replicas: ReadonlyMap<TopicPartition, ReplicaInfo>
  /** Of the volume; undefined when the broker is too old to say (before 3.3). */
  readonly totalBytes: number | undefined
  readonly usableBytes: number | undefined
  /** Takes no new replicas (KIP-1066). */
  readonly isCordoned: boolean
}

/** Where a replica lies and where it moves to; undefined where nothing is known. */
export interface ReplicaLogDirInfo {
  readonly currentLogDir: string | undefined
  readonly currentOffsetLag: number | undefined
  readonly futureLogDir: string | undefined
  readonly futureOffsetLag: number | undefined
}

export interface LogDirsAdmin {
  /**
   * The log directories of brokers by path, with what lies in them (KIP-113). Rejects with CLUSTER_AUTHORIZATION_FAILED.
   *
   * ```ts
   * for (const [path, { replicas }] of await admin.describeLogDirs([0]).of(0)) console.log(path, replicas.size)
   * ```
   */
  describeLogDirs(brokers: readonly number[], options?: Waiting): PerItem<number, ReadonlyMap<string, LogDirDescription>>

  /**
   * In which directories replicas lie (KIP-113).
   *
   * ```ts
   * await admin.describeReplicaLogDirs([{ topic: 'orders', partition: 0, broker: 1 }])
   * ```
   */
  describeReplicaLogDirs(replicas: readonly TopicPartitionReplica[], options?: Waiting): PerItem<TopicPartitionReplica, ReplicaLogDirInfo>

  /**
   * Moves replicas to other log directories of their brokers, or says where one that is yet to come shall lie: then with REPLICA_NOT_AVAILABLE (KIP-113).
   *
   * ```ts
   * await admin.alterReplicaLogDirs([{ topic: 'orders', partition: 0, broker: 1, logDir: '/disk2/kafka' }])
   * ```
   */
  alterReplicaLogDirs(
    moves: readonly (TopicPartitionReplica & { readonly logDir: string })[],
    options?: Waiting,
  ): PerItem<TopicPartitionReplica, void>
}

export function logDirsAdmin(runner: Runner): LogDirsAdmin {
  return {
    describeLogDirs(asked, options) {
      checkList('describeLogDirs', 'brokers', asked)
      for (const broker of asked) checkInteger('describeLogDirs', 'a broker', broker, 0)
      return runner.items(describeLogDirs, brokers, asked, options)
    },

    describeReplicaLogDirs(asked, options) {
      checkReplicas('describeReplicaLogDirs', asked)
      return runner.items(describeReplicaLogDirs, replicas, asked.map(replicaOf), options)
    },

    alterReplicaLogDirs(moves, options) {
      checkReplicas('alterReplicaLogDirs', moves)
      for (const { topic, partition, logDir } of moves) checkName('alterReplicaLogDirs', `logDir of ${topic}-${partition}`, logDir)
      const targets = new KeyedMap<TopicPartitionReplica, string>(
        replicas.identify,
        moves.map((move) => [move, move.logDir]),
      )
      return runner.items(alterReplicaLogDirs(targets), replicas, moves.map(replicaOf), options)
    },
  }
}

const replicas = fields<TopicPartitionReplica>(
  ['topic', 'partition', 'broker'],
  ({ topic, partition, broker }) => `${topic}-${partition} on broker ${broker}`,
)

const replicaOf = ({ topic, partition, broker }: TopicPartitionReplica): TopicPartitionReplica => ({ topic, partition, broker })

function checkReplicas(call: string, asked: readonly TopicPartitionReplica[]): void {
  checkPartitions(call, asked)
  for (const { topic, partition, broker } of asked) checkInteger(call, `broker of ${topic}-${partition}`, broker, 0)
}

type LogDirsAnswer = ResponseOf<typeof DescribeLogDirs>

const describeLogDirs: Operation<number, ReadonlyMap<string, LogDirDescription>> = {
  name: 'describeLogDirs',
  target: namedBroker((broker) => broker),
  ask: question({
    api: DescribeLogDirs,
    request: () => ({ topics: null }),
    read: (answer, keys) => keys.map((key) => [key, everyDir(answer)]),
  }),
}

/** A broker always has a directory: none at all means that we may not see them, which old brokers had no code for. */
function everyDir({ errorCode: code, results }: LogDirsAnswer): Verdict<ReadonlyMap<string, LogDirDescription>> {
  if (results.length === 0) return { code: code === 0 ? errorCode('CLUSTER_AUTHORIZATION_FAILED') : code }
  return {
    value: new Map(
      results.map(({ errorCode, logDir, topics, totalBytes, usableBytes, isCordoned }) => [
        logDir,
        {
          error: errorCode === 0 ? undefined : errorOf(errorCode, `log directory ${logDir}`),
          replicas: new KeyedMap<TopicPartition, ReplicaInfo>(
            partitions.identify,
            topics.flatMap(({ name, partitions }) =>
              partitions.map(({ partitionIndex, partitionSize, offsetLag, isFutureKey }) => [
                { topic: name, partition: partitionIndex },
                { sizeBytes: partitionSize, offsetLag, isFuture: isFutureKey },
              ]),
            ),
          ),
          totalBytes: totalBytes < 0 ? undefined : totalBytes,
          usableBytes: usableBytes < 0 ? undefined : usableBytes,
          isCordoned,
        },
      ]),
    ),
  }
}

const describeReplicaLogDirs: Operation<TopicPartitionReplica, ReplicaLogDirInfo> = {
  name: 'describeReplicaLogDirs',
  target: namedBroker(({ broker }) => broker),
  ask: question({
    api: DescribeLogDirs,
    request: (keys) => ({
      topics: perTopic(keys, (topic, ofTopic) => ({ topic, partitions: ofTopic.map(({ partition }) => partition) })),
    }),
    read: (answer, keys) => {
      const dirs = everyDir(answer)
      if (dirs === 'otherwise' || 'code' in dirs) return keys.map((key) => [key, dirs])
      const broken = [...dirs.value.values()].find(({ error }) => error !== undefined && error.code !== 'KAFKA_STORAGE_ERROR')?.error
      if (broken !== undefined) return keys.map((key) => [key, { code: broken.wireCode, said: broken.message }])
      return keys.map((key) => [key, { value: placeOf(key, dirs.value) }])
    },
  }),
}

function placeOf(key: TopicPartition, dirs: ReadonlyMap<string, LogDirDescription>): ReplicaLogDirInfo {
  let place: ReplicaLogDirInfo = {
    currentLogDir: undefined,
    currentOffsetLag: undefined,
    futureLogDir: undefined,
    futureOffsetLag: undefined,
  }
  for (const [logDir, { replicas }] of dirs) {
    const replica = replicas.get(key)
    if (replica === undefined) continue
    place = replica.isFuture
      ? { ...place, futureLogDir: logDir, futureOffsetLag: replica.offsetLag }
      : { ...place, currentLogDir: logDir, currentOffsetLag: replica.offsetLag }
  }
  return place
}

function alterReplicaLogDirs(targets: KeyedMap<TopicPartitionReplica, string>): Operation<TopicPartitionReplica, void> {
  return {
    name: 'alterReplicaLogDirs',
    target: namedBroker(({ broker }) => broker),
    ask: question({
      api: AlterReplicaLogDirs,
      request: (keys) => ({
        dirs: [...Map.groupBy(keys, (key) => targets.get(key) ?? '')].map(([path, inDir]) => ({
          path,
          topics: perTopic(inDir, (name, ofTopic) => ({ name, partitions: ofTopic.map(({ partition }) => partition) })),
        })),
      }),
      read: ({ results }, _keys, { id }) =>
        results.flatMap(({ topicName, partitions }) =>
          partitions.map(({ partitionIndex, errorCode }): readonly [TopicPartitionReplica, Verdict<void>] => [
            { topic: topicName, partition: partitionIndex, broker: id },
            errorCode === 0 ? { value: undefined } : { code: errorCode, ...explained(errorCode) },
          ]),
        ),
    }),
  }
}

function explained(code: number): { readonly said?: string } {
  if (errorName(code) !== 'REPLICA_NOT_AVAILABLE') return {}
  return { said: 'the broker has no such replica yet; when it gets one, it will be made in that directory' }
}
