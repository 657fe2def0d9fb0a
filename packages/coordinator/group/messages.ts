import type {
  DeleteGroups,
  DescribeGroups,
  Heartbeat,
  JoinGroup,
  LeaveGroup,
  ListGroups,
  OffsetCommit,
  OffsetDelete,
  OffsetFetch,
  SyncGroup,
} from '@odradek/protocol/messages'
import type { Api, RequestOf, ResponseDraft } from '@odradek/protocol/schema'

/** What is answered. How long the client is to be quiet is not the coordinator's to say. */
type AnswerOf<A extends Api> = Omit<ResponseDraft<A>, 'throttleTimeMs' | 'unknownTags'>

/** The messages of groups by the names that this room calls them. */
export type JoinRequest = RequestOf<typeof JoinGroup>
export type JoinAnswer = AnswerOf<typeof JoinGroup>
export type SyncRequest = RequestOf<typeof SyncGroup>
export type SyncAnswer = AnswerOf<typeof SyncGroup>
export type HeartbeatRequest = RequestOf<typeof Heartbeat>
export type HeartbeatAnswer = AnswerOf<typeof Heartbeat>
export type LeaveRequest = RequestOf<typeof LeaveGroup>
export type LeaveAnswer = AnswerOf<typeof LeaveGroup>
export type DescribeRequest = RequestOf<typeof DescribeGroups>
export type DescribeAnswer = AnswerOf<typeof DescribeGroups>
export type DescribedGroup = NonNullable<DescribeAnswer['groups']>[number]
export type ListRequest = RequestOf<typeof ListGroups>
export type ListAnswer = AnswerOf<typeof ListGroups>
export type ListedGroup = Readonly<Record<'groupId' | 'protocolType' | 'groupState' | 'groupType', string>>
export type DeleteRequest = RequestOf<typeof DeleteGroups>
export type DeleteAnswer = AnswerOf<typeof DeleteGroups>
export type CommitRequest = RequestOf<typeof OffsetCommit>
export type CommitAnswer = AnswerOf<typeof OffsetCommit>
export type FetchRequest = RequestOf<typeof OffsetFetch>
export type FetchAnswer = AnswerOf<typeof OffsetFetch>
export type OffsetDeleteRequest = RequestOf<typeof OffsetDelete>
export type OffsetDeleteAnswer = AnswerOf<typeof OffsetDelete>

/** Who asks, and how. */
export interface GroupContext {
  readonly apiVersion: number
  /** As the client calls itself. */
  readonly clientId: string
  /** Its address as Kafka prints it: `/127.0.0.1`. */
  readonly clientHost: string
}
