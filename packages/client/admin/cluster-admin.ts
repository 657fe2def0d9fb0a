import { DescribeCluster, Metadata, UnregisterBroker } from '@odradek/protocol/messages'
import type { BrokerNode } from '../cluster/metadata.ts'
import type { Waiting } from '../waiting.ts'
import { authorizedOperations } from './acl-words.ts'
import type { AclOperation } from './acl-words.ts'
import { checkInteger } from './check.ts'
import { question, unlessFailed, verdict } from './operation.ts'
import type { Operation } from './operation.ts'
import type { Runner } from './runner.ts'
import { anyBroker, anyBrokerForController } from './targets/brokers.ts'
import { codes } from './targets/target.ts'

export interface ClusterBroker extends BrokerNode {
  /** Registered, but not serving: it is starting, or has not been heard of (KIP-1073). Only with `includeFencedBrokers`. */
  readonly isFenced: boolean
}

export interface ClusterDescription {
  readonly clusterId: string | undefined
  /** Whom to send changes to; a KRaft broker names one of the brokers, which pass them on. Undefined while there is none. */
  readonly controller: ClusterBroker | undefined
  readonly brokers: readonly ClusterBroker[]
  readonly authorizedOperations: readonly AclOperation[] | undefined
}

export interface ClusterAdmin {
  /**
   * The cluster's id, its brokers and its controller. With `bootstrap.controllers` the nodes are controllers (KIP-919).
   *
   * ```ts
   * const { clusterId, brokers } = await admin.describeCluster()
   * ```
   */
  describeCluster(
    options?: Waiting & { readonly includeAuthorizedOperations?: boolean | undefined; readonly includeFencedBrokers?: boolean | undefined },
  ): Promise<ClusterDescription>

  /**
   * Strikes a broker that is gone for good off the cluster's list. One that still runs is told to register again.
   *
   * ```ts
   * await admin.unregisterBroker(3)
   * ```
   */
  unregisterBroker(brokerId: number, options?: Waiting): Promise<void>
}

export function clusterAdmin(runner: Runner, { usesControllers }: { readonly usesControllers: boolean }): ClusterAdmin {
  return {
    describeCluster: (options = {}) => runner.one(describeCluster(options, usesControllers), options),

    async unregisterBroker(brokerId, options) {
      checkInteger('unregisterBroker', 'brokerId', brokerId, 0)
      await runner.one(unregisterBroker(brokerId), options)
    },
  }
}

interface DescribeOptions {
  readonly includeAuthorizedOperations?: boolean | undefined
  readonly includeFencedBrokers?: boolean | undefined
}

function describeCluster(options: DescribeOptions, usesControllers: boolean): Operation<undefined, ClusterDescription> {
  const { includeAuthorizedOperations = false, includeFencedBrokers = false } = options
  return {
    name: 'describeCluster',
    target: anyBroker(),
    byControllers: true,
    ask: question({
      api: DescribeCluster,
      minVersion: includeFencedBrokers ? 2 : usesControllers ? 1 : 0,
      request: () => ({
        includeClusterAuthorizedOperations: includeAuthorizedOperations,
        endpointType: usesControllers ? 2 : 1,
        includeFencedBrokers,
      }),
      read: (answer, keys) =>
        unlessFailed(answer, keys, () => {
          const brokers = answer.brokers.map(({ brokerId, host, port, rack, isFenced }) => ({
            id: brokerId,
            host,
            port,
            rack: rack ?? undefined,
            isFenced,
          }))
          const controller = brokers.find(({ id }) => id === answer.controllerId)
          const operations = authorizedOperations(answer.clusterAuthorizedOperations)
          return [[undefined, { value: { clusterId: answer.clusterId, controller, brokers, authorizedOperations: operations } }]]
        }),
    }),
    // Brokers before 2.8 say the same in their metadata; of fenced brokers, and of controllers, these do not speak.
    ...(usesControllers || includeFencedBrokers ? {} : { otherwise: byMetadata(includeAuthorizedOperations) }),
  }
}

function byMetadata(includeClusterAuthorizedOperations: boolean): Operation<undefined, ClusterDescription> {
  return {
    name: 'describeCluster',
    target: anyBroker(),
    ask: question({
      api: Metadata,
      maxVersion: 10,
      request: (_keys, { version }) => ({
        topics: [],
        includeClusterAuthorizedOperations: version >= 8 && includeClusterAuthorizedOperations,
      }),
      read: ({ brokers, controllerId, clusterId, clusterAuthorizedOperations }) => {
        const nodes = brokers.map(({ nodeId, host, port, rack }) => ({ id: nodeId, host, port, rack: rack ?? undefined, isFenced: false }))
        const value = {
          clusterId: clusterId ?? undefined,
          controller: nodes.find(({ id }) => id === controllerId),
          brokers: nodes,
          authorizedOperations: authorizedOperations(clusterAuthorizedOperations),
        }
        return [[undefined, { value }]]
      },
    }),
  }
}

function unregisterBroker(brokerId: number): Operation<undefined, void> {
  return {
    name: 'unregisterBroker',
    target: anyBrokerForController(),
    byControllers: true,
    retries: codes('REQUEST_TIMED_OUT'),
    ask: question({
      api: UnregisterBroker,
      request: () => ({ brokerId }),
      read: (answer) => [[undefined, verdict(answer, () => undefined)]],
    }),
  }
}
