import { errorCode } from '@odradek/protocol'
import { AddRaftVoter, DescribeQuorum, RemoveRaftVoter } from '@odradek/protocol/messages'
import type { ResponseOf } from '@odradek/protocol/schema'
import type { Waiting } from '../waiting.ts'
import { checkInteger, checkList, checkName } from './check.ts'
import { question, unlessFailed, verdict } from './operation.ts'
import type { Operation, Verdict } from './operation.ts'
import type { Runner } from './runner.ts'
import { anyBrokerForController } from './targets/brokers.ts'

/** How far a controller or broker has read the metadata. */
export interface QuorumReplica {
  readonly replicaId: number
  /** Tells an emptied disk from the one before; all `A` when the broker is too old to say. */
  readonly replicaDirectoryId: string
  readonly logEndOffset: number
  /** Milliseconds since 1970; undefined when the leader does not know. */
  readonly lastFetchTimestamp: number | undefined
  readonly lastCaughtUpTimestamp: number | undefined
}

export interface RaftVoterEndpoint {
  /** Name of the listener: `CONTROLLER`. */
  readonly listener: string
  readonly host: string
  readonly port: number
}

export interface QuorumInfo {
  readonly leaderId: number
  readonly leaderEpoch: number
  readonly highWatermark: number
  readonly voters: readonly QuorumReplica[]
  readonly observers: readonly QuorumReplica[]
  /** Where voters are reached; empty when the broker is too old to say (before 3.9). */
  readonly nodes: ReadonlyMap<number, readonly RaftVoterEndpoint[]>
}

export interface RaftVoterOptions extends Waiting {
  /** The cluster that is meant, to be sure: another one refuses with INCONSISTENT_CLUSTER_ID. */
  readonly clusterId?: string | undefined
}

export interface QuorumAdmin {
  /**
   * Who votes on the cluster's metadata, and how far each has got (KIP-836).
   *
   * ```ts
   * const { leaderId, voters } = await admin.describeMetadataQuorum()
   * ```
   */
  describeMetadataQuorum(options?: Waiting): Promise<QuorumInfo>

  /**
   * Makes a controller that runs a voter (KIP-853). Rejects with DUPLICATE_VOTER, UNSUPPORTED_VERSION where the quorum is fixed by settings.
   *
   * ```ts
   * await admin.addRaftVoter(3, directoryId, [{ listener: 'CONTROLLER', host: 'controller-3', port: 9093 }])
   * ```
   */
  addRaftVoter(
    voterId: number,
    voterDirectoryId: string,
    endpoints: readonly RaftVoterEndpoint[],
    options?: RaftVoterOptions,
  ): Promise<void>

  /**
   * Takes a controller out of the voters (KIP-853). Rejects with VOTER_NOT_FOUND.
   *
   * ```ts
   * await admin.removeRaftVoter(3, directoryId)
   * ```
   */
  removeRaftVoter(voterId: number, voterDirectoryId: string, options?: RaftVoterOptions): Promise<void>
}

export function quorumAdmin(runner: Runner): QuorumAdmin {
  return {
    describeMetadataQuorum: (options) => runner.one(describeMetadataQuorum, options),

    async addRaftVoter(voterId, voterDirectoryId, endpoints, { clusterId, ...waiting } = {}) {
      checkInteger('addRaftVoter', 'voterId', voterId, 0)
      checkName('addRaftVoter', 'voterDirectoryId', voterDirectoryId)
      checkList('addRaftVoter', 'endpoints', endpoints)
      await runner.one(addRaftVoter({ voterId, voterDirectoryId, endpoints, clusterId }), waiting)
    },

    async removeRaftVoter(voterId, voterDirectoryId, { clusterId, ...waiting } = {}) {
      checkInteger('removeRaftVoter', 'voterId', voterId, 0)
      checkName('removeRaftVoter', 'voterDirectoryId', voterDirectoryId)
      await runner.one(removeRaftVoter({ voterId, voterDirectoryId, clusterId }), waiting)
    },
  }
}

type Partition = ResponseOf<typeof DescribeQuorum>['topics'][number]['partitions'][number]

const describeMetadataQuorum: Operation<undefined, QuorumInfo> = {
  name: 'describeMetadataQuorum',
  target: anyBrokerForController(),
  byControllers: true,
  ask: question({
    api: DescribeQuorum,
    request: () => ({ topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }] }),
    read: (answer, keys) =>
      unlessFailed(answer, keys, () => {
        const partition = answer.topics.find(({ topicName }) => topicName === '__cluster_metadata')?.partitions[0]
        return [[undefined, partition === undefined ? nothing : verdict(partition, () => quorumOf(partition, answer.nodes))]]
      }),
  }),
}

const nothing: Verdict<QuorumInfo> = { code: errorCode('UNKNOWN_SERVER_ERROR'), said: 'the answer does not speak of __cluster_metadata' }

function quorumOf(partition: Partition, nodes: ResponseOf<typeof DescribeQuorum>['nodes']): QuorumInfo {
  const { leaderId, leaderEpoch, highWatermark, currentVoters, observers } = partition
  return {
    leaderId,
    leaderEpoch,
    highWatermark,
    voters: currentVoters.map(replicaOf),
    observers: observers.map(replicaOf),
    nodes: new Map(
      nodes.map(({ nodeId, listeners }) => [nodeId, listeners.map(({ name, host, port }) => ({ listener: name, host, port }))]),
    ),
  }
}

function replicaOf(replica: Partition['currentVoters'][number]): QuorumReplica {
  const { replicaId, replicaDirectoryId, logEndOffset, lastFetchTimestamp, lastCaughtUpTimestamp } = replica
  return {
    replicaId,
    replicaDirectoryId,
    logEndOffset,
    lastFetchTimestamp: lastFetchTimestamp < 0 ? undefined : lastFetchTimestamp,
    lastCaughtUpTimestamp: lastCaughtUpTimestamp < 0 ? undefined : lastCaughtUpTimestamp,
  }
}

interface Voter {
  readonly voterId: number
  readonly voterDirectoryId: string
  readonly clusterId: string | undefined
}

function addRaftVoter({
  voterId,
  voterDirectoryId,
  endpoints,
  clusterId,
}: Voter & { readonly endpoints: readonly RaftVoterEndpoint[] }): Operation<undefined, void> {
  return {
    name: 'addRaftVoter',
    target: anyBrokerForController(),
    byControllers: true,
    ask: question({
      api: AddRaftVoter,
      request: (_keys, { timeoutMs }) => ({
        clusterId: clusterId ?? null,
        timeoutMs,
        voterId,
        voterDirectoryId,
        listeners: endpoints.map(({ listener, host, port }) => ({ name: listener, host, port })),
      }),
      read: (answer) => [[undefined, verdict(answer, () => undefined)]],
    }),
  }
}

function removeRaftVoter({ voterId, voterDirectoryId, clusterId }: Voter): Operation<undefined, void> {
  return {
    name: 'removeRaftVoter',
    target: anyBrokerForController(),
    byControllers: true,
    ask: question({
      api: RemoveRaftVoter,
      request: () => ({ clusterId: clusterId ?? null, voterId, voterDirectoryId }),
      read: (answer) => [[undefined, verdict(answer, () => undefined)]],
    }),
  }
}
