import type { SeededRandom } from '@odradek/common/random'
import { errorCode } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import { ListOffsets, OffsetForLeaderEpoch } from '@odradek/protocol/messages'
import { pick } from '../../world/pick.ts'
import type { World } from '../../world/world.ts'
import { served } from '../call.ts'
import type { ModelCluster } from '../model-cluster.ts'
import { leadershipError } from './leadership.ts'

const refusals: readonly ErrorName[] = ['NOT_LEADER_OR_FOLLOWER', 'OFFSET_NOT_AVAILABLE', 'LEADER_NOT_AVAILABLE', 'UNKNOWN_LEADER_EPOCH']

/** First and last offsets; searching by time is not what is simulated. */
export const listOffsets = (cluster: ModelCluster, world: World, dice: SeededRandom) =>
  served(ListOffsets, (request, { broker, answer }) => {
    answer({
      throttleTimeMs: 0,
      topics: request.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, currentLeaderEpoch, timestamp }) => {
          const partition = cluster.topics.get(name)?.partitions[partitionIndex]
          const error =
            leadershipError(cluster, broker, partition, currentLeaderEpoch) ??
            (world.strikes('refusedRequest', dice) ? pick(refusals, dice) : undefined)
          if (error !== undefined || partition === undefined)
            return {
              partitionIndex,
              errorCode: errorCode(error ?? 'UNKNOWN_TOPIC_OR_PARTITION'),
              timestamp: -1,
              offset: -1,
              leaderEpoch: -1,
            }
          const latest = request.isolationLevel === 1 ? partition.lastStableOffset : partition.highWatermark
          const offset = timestamp === -2 ? 0 : timestamp === -1 ? latest : -1
          return {
            partitionIndex,
            errorCode: 0,
            timestamp: -1,
            offset,
            leaderEpoch: partition.batchAt(offset)?.leaderEpoch ?? partition.leaderEpoch,
          }
        }),
      })),
    })
  })

/** Where epochs end, for readers that want to know whether their log is still the leader's (KIP-320). */
export const offsetForLeaderEpoch = (cluster: ModelCluster, world: World, dice: SeededRandom) =>
  served(OffsetForLeaderEpoch, (request, { broker, answer }) => {
    world.sometimes('asked where an epoch ends')
    answer({
      throttleTimeMs: 0,
      topics: request.topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map(({ partition: index, currentLeaderEpoch, leaderEpoch }) => {
          const partition = cluster.topics.get(topic)?.partitions[index]
          const error =
            leadershipError(cluster, broker, partition, currentLeaderEpoch) ??
            (world.strikes('refusedRequest', dice) ? pick(refusals, dice) : undefined)
          if (error !== undefined || partition === undefined)
            return { partition: index, errorCode: errorCode(error ?? 'UNKNOWN_TOPIC_OR_PARTITION'), leaderEpoch: -1, endOffset: -1 }
          const end = partition.endOfEpoch(leaderEpoch)
          return { partition: index, errorCode: 0, leaderEpoch: end.epoch, endOffset: end.endOffset }
        }),
      })),
    })
  })
