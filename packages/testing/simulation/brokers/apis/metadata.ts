import { ZERO_UUID } from '@odradek/common/bytes'
import type { SeededRandom } from '@odradek/common/random'
import { errorCode } from '@odradek/protocol'
import { Metadata } from '@odradek/protocol/messages'
import type { ResponseDraft } from '@odradek/protocol/schema'
import type { World } from '../../world/world.ts'
import { served } from '../call.ts'
import type { ClusterView } from '../cluster-view.ts'
import type { ModelCluster, ModelTopic } from '../model-cluster.ts'
import { brokerPort } from '../model-broker.ts'

type Topics = ResponseDraft<typeof Metadata>['topics']

/** The cluster as this broker knows it, which may be how it was a second ago. */
export const metadata = (cluster: ModelCluster, world: World, dice: SeededRandom) =>
  served(Metadata, (request, { broker, version, answer }) => {
    const view = cluster.viewOf(broker)
    if (view.alive.length < cluster.brokers.length) world.sometimes('told of a cluster with a broker down')
    const topics: Topics =
      request.topics === null || (version === 0 && request.topics.length === 0)
        ? [...cluster.topics.values()].map((topic) => described(topic, view))
        : request.topics.map(({ name, topicId }) => {
            const topic = topicId !== ZERO_UUID ? cluster.topicsById.get(topicId) : cluster.topics.get(name ?? '')
            if (topic === undefined) {
              const error = topicId === ZERO_UUID ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'UNKNOWN_TOPIC_ID'
              return { errorCode: errorCode(error), name, topicId, isInternal: false, partitions: [] }
            }
            if (world.strikes('refusedRequest', dice)) {
              return {
                errorCode: errorCode('LEADER_NOT_AVAILABLE'),
                name: topic.name,
                topicId: topic.id,
                isInternal: false,
                partitions: [],
              }
            }
            return described(topic, view)
          })
    answer({
      throttleTimeMs: 0,
      brokers: cluster.brokers
        .filter(({ id }) => view.alive.includes(id))
        .map(({ id, host }) => ({ nodeId: id, host, port: brokerPort, rack: null })),
      clusterId: 'simulated',
      controllerId: view.alive[0] ?? -1,
      topics,
    })
  })

function described(topic: ModelTopic, view: ClusterView): Topics[number] {
  return {
    errorCode: 0,
    name: topic.name,
    topicId: topic.id,
    isInternal: false,
    partitions: topic.partitions.map(({ name, index }) => {
      const { leader, leaderEpoch } = view.leaders.get(name) ?? { leader: -1, leaderEpoch: -1 }
      const isAvailable = view.alive.includes(leader)
      return {
        errorCode: isAvailable ? 0 : errorCode('LEADER_NOT_AVAILABLE'),
        partitionIndex: index,
        leaderId: isAvailable ? leader : -1,
        leaderEpoch,
        replicaNodes: view.alive,
        isrNodes: view.alive,
        offlineReplicas: [],
      }
    }),
  }
}
