import type { Api } from '@odradek/protocol/schema'
import {
  AddOffsetsToTxn,
  AddPartitionsToTxn,
  ApiVersions,
  ConsumerGroupHeartbeat,
  EndTxn,
  Fetch,
  FindCoordinator,
  Heartbeat,
  InitProducerId,
  JoinGroup,
  LeaveGroup,
  ListOffsets,
  Metadata,
  OffsetCommit,
  OffsetFetch,
  OffsetForLeaderEpoch,
  Produce,
  SyncGroup,
  TxnOffsetCommit,
} from '@odradek/protocol/messages'

/** Releases of Apache Kafka whose versions our model brokers speak, oldest first. */
export const releaseNames = ['2.1', '2.4', '2.8', '3.3', '3.7', '4.0', '4.3'] as const
export type ReleaseName = (typeof releaseNames)[number]

/** The newest version of each API in each of the releases; −1 where there is none. */
const newest: readonly (readonly [Api, ...number[]])[] = [
  [Produce, 7, 8, 9, 9, 10, 12, 13],
  [Fetch, 10, 11, 12, 13, 16, 17, 18],
  [ListOffsets, 4, 5, 6, 7, 8, 10, 11],
  [Metadata, 7, 9, 11, 12, 12, 13, 13],
  [OffsetCommit, 6, 8, 8, 8, 9, 9, 10],
  [OffsetFetch, 5, 6, 7, 8, 9, 9, 10],
  [FindCoordinator, 2, 3, 3, 4, 4, 6, 6],
  [JoinGroup, 3, 6, 7, 9, 9, 9, 9],
  [Heartbeat, 2, 4, 4, 4, 4, 4, 4],
  [LeaveGroup, 2, 4, 4, 5, 5, 5, 5],
  [SyncGroup, 2, 4, 5, 5, 5, 5, 5],
  [ApiVersions, 2, 3, 3, 3, 3, 4, 4],
  [InitProducerId, 1, 2, 4, 4, 4, 5, 5],
  [OffsetForLeaderEpoch, 2, 3, 4, 4, 4, 4, 4],
  [AddPartitionsToTxn, 1, 1, 3, 3, 4, 5, 5],
  [AddOffsetsToTxn, 1, 1, 3, 3, 3, 4, 4],
  [EndTxn, 1, 1, 3, 3, 3, 5, 5],
  [TxnOffsetCommit, 2, 2, 3, 3, 3, 5, 5],
  [ConsumerGroupHeartbeat, -1, -1, -1, -1, -1, 0, 1],
]

export interface VersionRange {
  readonly apiKey: number
  readonly minVersion: number
  readonly maxVersion: number
}

export interface Release {
  readonly name: ReleaseName
  readonly ranges: ReadonlyMap<number, VersionRange>
  /** Levels of features that are finalized where all brokers are of this release. */
  readonly features: Readonly<Record<string, number>>
}

export const releases: ReadonlyMap<ReleaseName, Release> = new Map(
  releaseNames.map((name, index) => {
    const ranges = new Map<number, VersionRange>()
    for (const [api, ...versions] of newest) {
      const maxVersion = versions[index] ?? -1
      if (maxVersion >= 0) ranges.set(api.key, { apiKey: api.key, minVersion: api.versions[0], maxVersion })
    }
    const features: Record<string, number> = index >= 5 ? { 'transaction.version': 2, 'group.version': 1 } : {}
    return [name, { name, ranges, features }]
  }),
)
