/**
 * Every error code of Kafka's protocol: number, whether a client may try again, and what it means.
 *
 * Retriable is as the Java client sees it, since that decides what most clients do next.
 */
const table = {
  UNKNOWN_SERVER_ERROR: [-1, false, 'Something went wrong in the broker that it did not expect; its log says more.'],
  NONE: [0, false, 'No error.'],
  OFFSET_OUT_OF_RANGE: [1, false, 'The requested offset lies outside the log.'],
  CORRUPT_MESSAGE: [2, true, 'A record batch is damaged: its checksum, its size or its form is wrong.'],
  UNKNOWN_TOPIC_OR_PARTITION: [3, true, 'This broker knows no such topic or partition.'],
  INVALID_FETCH_SIZE: [4, false, 'The requested fetch size makes no sense.'],
  LEADER_NOT_AVAILABLE: [5, true, 'The partition has no leader at the moment.'],
  NOT_LEADER_OR_FOLLOWER: [6, true, 'This broker does not lead that partition, nor follow it where that would do.'],
  REQUEST_TIMED_OUT: [7, true, 'The request was not done within its time.'],
  BROKER_NOT_AVAILABLE: [8, false, 'The broker is not available.'],
  REPLICA_NOT_AVAILABLE: [9, true, 'This broker has no replica of that partition.'],
  MESSAGE_TOO_LARGE: [10, false, 'A record batch is larger than max.message.bytes of the topic allows.'],
  STALE_CONTROLLER_EPOCH: [11, false, 'The request comes from a controller that has been replaced.'],
  OFFSET_METADATA_TOO_LARGE: [12, false, 'The metadata given with a committed offset is longer than offset.metadata.max.bytes.'],
  NETWORK_EXCEPTION: [13, true, 'The connection ended before the answer came.'],
  COORDINATOR_LOAD_IN_PROGRESS: [14, true, 'The coordinator is still reading its state.'],
  COORDINATOR_NOT_AVAILABLE: [15, true, 'There is no coordinator for this key at the moment.'],
  NOT_COORDINATOR: [16, true, 'This broker is not the coordinator of this key.'],
  INVALID_TOPIC_EXCEPTION: [17, false, 'The name of the topic is not valid, or the topic may not be used this way.'],
  RECORD_LIST_TOO_LARGE: [18, false, 'The record batches together are larger than a segment of the log.'],
  NOT_ENOUGH_REPLICAS: [19, true, 'Fewer replicas are in sync than min.insync.replicas asks for; nothing was written.'],
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: [20, true, 'The records were written, but then fewer replicas were in sync than asked for.'],
  INVALID_REQUIRED_ACKS: [21, false, 'acks must be 0, 1 or -1.'],
  ILLEGAL_GENERATION: [22, false, 'The generation is not the current one of the group.'],
  INCONSISTENT_GROUP_PROTOCOL: [23, false, 'The member shares no protocol with the other members of the group.'],
  INVALID_GROUP_ID: [24, false, 'The group id is not valid.'],
  UNKNOWN_MEMBER_ID: [25, false, 'The group has no such member.'],
  INVALID_SESSION_TIMEOUT: [26, false, 'The session timeout lies outside group.min.session.timeout.ms and group.max.session.timeout.ms.'],
  REBALANCE_IN_PROGRESS: [27, false, 'The group is rebalancing; the member has to join again.'],
  INVALID_COMMIT_OFFSET_SIZE: [28, false, 'The committed offsets are too large to be stored.'],
  TOPIC_AUTHORIZATION_FAILED: [29, false, 'Not authorized for this topic.'],
  GROUP_AUTHORIZATION_FAILED: [30, false, 'Not authorized for this group.'],
  CLUSTER_AUTHORIZATION_FAILED: [31, false, 'Not authorized for this operation on the cluster.'],
  INVALID_TIMESTAMP: [32, false, 'The timestamp of a record is too far from the clock of the broker.'],
  UNSUPPORTED_SASL_MECHANISM: [33, false, 'The broker has not enabled this SASL mechanism.'],
  ILLEGAL_SASL_STATE: [34, false, 'This request is not allowed at this point of the authentication.'],
  UNSUPPORTED_VERSION: [35, false, 'The broker does not speak this version of the API.'],
  TOPIC_ALREADY_EXISTS: [36, false, 'There is already a topic of this name.'],
  INVALID_PARTITIONS: [37, false, 'The number of partitions is not valid.'],
  INVALID_REPLICATION_FACTOR: [38, false, 'The replication factor must be at least 1 and at most the number of live brokers.'],
  INVALID_REPLICA_ASSIGNMENT: [39, false, 'The assignment of replicas is not valid.'],
  INVALID_CONFIG: [40, false, 'A setting is not valid.'],
  NOT_CONTROLLER: [41, true, 'This broker is not the controller.'],
  INVALID_REQUEST: [42, false, 'The request contradicts itself or the state of the broker.'],
  UNSUPPORTED_FOR_MESSAGE_FORMAT: [43, false, 'The format of the stored records does not support this request.'],
  POLICY_VIOLATION: [44, false, 'The request violates a policy of the cluster.'],
  OUT_OF_ORDER_SEQUENCE_NUMBER: [45, false, 'A batch of an idempotent producer came out of order: one before it is missing.'],
  DUPLICATE_SEQUENCE_NUMBER: [46, false, 'A batch of an idempotent producer came a second time.'],
  INVALID_PRODUCER_EPOCH: [47, false, 'The producer uses an epoch that has been replaced.'],
  INVALID_TXN_STATE: [48, false, 'The transaction is not in a state that allows this operation.'],
  INVALID_PRODUCER_ID_MAPPING: [49, false, 'The producer id does not belong to the transactional id.'],
  INVALID_TRANSACTION_TIMEOUT: [50, false, 'The transaction timeout is longer than transaction.max.timeout.ms.'],
  CONCURRENT_TRANSACTIONS: [51, true, 'Another operation of this transaction is still under way.'],
  TRANSACTION_COORDINATOR_FENCED: [52, false, 'The markers come from a transaction coordinator that has been replaced.'],
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: [53, false, 'Not authorized for this transactional id.'],
  SECURITY_DISABLED: [54, false, 'The broker has no authorizer, so there are no ACLs.'],
  OPERATION_NOT_ATTEMPTED: [55, false, 'Not tried, because another part of the same request failed.'],
  KAFKA_STORAGE_ERROR: [56, true, 'The disk of the partition failed.'],
  LOG_DIR_NOT_FOUND: [57, false, 'The broker has no such log directory.'],
  SASL_AUTHENTICATION_FAILED: [58, false, 'Authentication failed.'],
  UNKNOWN_PRODUCER_ID: [59, false, 'The broker knows nothing of this producer id any more.'],
  REASSIGNMENT_IN_PROGRESS: [60, false, 'The partition is being reassigned.'],
  DELEGATION_TOKEN_AUTH_DISABLED: [61, false, 'Delegation tokens are not enabled.'],
  DELEGATION_TOKEN_NOT_FOUND: [62, false, 'There is no such delegation token.'],
  DELEGATION_TOKEN_OWNER_MISMATCH: [63, false, 'The principal neither owns the delegation token nor may renew it.'],
  DELEGATION_TOKEN_REQUEST_NOT_ALLOWED: [64, false, 'Delegation tokens cannot be handled over this kind of connection.'],
  DELEGATION_TOKEN_AUTHORIZATION_FAILED: [65, false, 'Not authorized for this delegation token.'],
  DELEGATION_TOKEN_EXPIRED: [66, false, 'The delegation token has expired.'],
  INVALID_PRINCIPAL_TYPE: [67, false, 'Principals of this type are not supported.'],
  NON_EMPTY_GROUP: [68, false, 'The group has members.'],
  GROUP_ID_NOT_FOUND: [69, false, 'There is no group of this id.'],
  FETCH_SESSION_ID_NOT_FOUND: [70, true, 'There is no fetch session of this id.'],
  INVALID_FETCH_SESSION_EPOCH: [71, true, 'The epoch is not the next one of the fetch session.'],
  LISTENER_NOT_FOUND: [72, true, 'The leader has no listener of the name by which this request came.'],
  TOPIC_DELETION_DISABLED: [73, false, 'Topics cannot be deleted: delete.topic.enable is false.'],
  FENCED_LEADER_EPOCH: [74, true, 'The leader epoch of the request is older than the one of this broker.'],
  UNKNOWN_LEADER_EPOCH: [75, true, 'The leader epoch of the request is newer than the one of this broker.'],
  UNSUPPORTED_COMPRESSION_TYPE: [76, false, 'The client speaks no version of the API that allows this compression.'],
  STALE_BROKER_EPOCH: [77, false, 'The broker has been registered anew since.'],
  OFFSET_NOT_AVAILABLE: [78, true, 'The new leader does not yet know how far its log is committed.'],
  MEMBER_ID_REQUIRED: [79, false, 'The member has to join again with the member id it has just been given.'],
  PREFERRED_LEADER_NOT_AVAILABLE: [80, true, 'The preferred leader is not available.'],
  GROUP_MAX_SIZE_REACHED: [81, false, 'The group has as many members as it may have.'],
  FENCED_INSTANCE_ID: [82, false, 'Another member has taken over this group.instance.id.'],
  ELIGIBLE_LEADERS_NOT_AVAILABLE: [83, true, 'No replica that may lead the partition is available.'],
  ELECTION_NOT_NEEDED: [84, true, 'The partition already has the leader that it should have.'],
  NO_REASSIGNMENT_IN_PROGRESS: [85, false, 'The partition is not being reassigned.'],
  GROUP_SUBSCRIBED_TO_TOPIC: [86, false, 'Members of the group are subscribed to this topic.'],
  INVALID_RECORD: [87, false, 'A record does not meet the rules of the topic or of its format.'],
  UNSTABLE_OFFSET_COMMIT: [88, true, 'A transaction that commits this offset is still open.'],
  THROTTLING_QUOTA_EXCEEDED: [89, true, 'A quota is used up; try again after the throttle time.'],
  PRODUCER_FENCED: [90, false, 'A newer producer has taken over this transactional id.'],
  RESOURCE_NOT_FOUND: [91, false, 'There is no such resource.'],
  DUPLICATE_RESOURCE: [92, false, 'The same resource is named twice.'],
  UNACCEPTABLE_CREDENTIAL: [93, false, 'The credential does not meet the requirements.'],
  INCONSISTENT_VOTER_SET: [94, false, 'Sender or receiver is not among the expected voters.'],
  INVALID_UPDATE_VERSION: [95, false, 'The feature cannot be moved to this level.'],
  FEATURE_UPDATE_FAILED: [96, false, 'The features could not be updated.'],
  PRINCIPAL_DESERIALIZATION_FAILURE: [97, false, 'The principal of a forwarded request could not be read.'],
  SNAPSHOT_NOT_FOUND: [98, false, 'There is no such snapshot.'],
  POSITION_OUT_OF_RANGE: [99, false, 'The position lies outside the snapshot.'],
  UNKNOWN_TOPIC_ID: [100, true, 'This broker knows no topic of this id.'],
  DUPLICATE_BROKER_REGISTRATION: [101, false, 'A live broker already has this id.'],
  BROKER_ID_NOT_REGISTERED: [102, false, 'No broker of this id is registered.'],
  INCONSISTENT_TOPIC_ID: [103, true, 'The id of the topic is not the one that the log was made for.'],
  INCONSISTENT_CLUSTER_ID: [104, false, 'The request is meant for another cluster.'],
  TRANSACTIONAL_ID_NOT_FOUND: [105, false, 'There is no such transactional id.'],
  FETCH_SESSION_TOPIC_ID_ERROR: [106, true, 'The fetch session names topics now by id, now by name.'],
  INELIGIBLE_REPLICA: [107, false, 'A replica of the new in-sync set may not be in it.'],
  NEW_LEADER_ELECTED: [108, false, 'The change was made and led to another leader.'],
  OFFSET_MOVED_TO_TIERED_STORAGE: [109, false, 'The offset is only in tiered storage by now.'],
  FENCED_MEMBER_EPOCH: [110, false, 'The member has been fenced: it has to give up its partitions and join again.'],
  UNRELEASED_INSTANCE_ID: [111, false, 'Another member still holds this group.instance.id.'],
  UNSUPPORTED_ASSIGNOR: [112, false, 'The group coordinator does not know this assignor.'],
  STALE_MEMBER_EPOCH: [113, false, 'The member epoch is out of date; a heartbeat brings the new one.'],
  MISMATCHED_ENDPOINT_TYPE: [114, false, 'The request went to an endpoint of another kind.'],
  UNSUPPORTED_ENDPOINT_TYPE: [115, false, 'Endpoints of this kind are not supported.'],
  UNKNOWN_CONTROLLER_ID: [116, false, 'There is no controller of this id.'],
  UNKNOWN_SUBSCRIPTION_ID: [117, false, 'The telemetry subscription is unknown or out of date.'],
  TELEMETRY_TOO_LARGE: [118, false, 'The pushed telemetry is larger than the broker accepts.'],
  INVALID_REGISTRATION: [119, false, 'The registration of the broker is not valid.'],
  TRANSACTION_ABORTABLE: [120, false, 'The transaction has failed; abort it and go on with the same transactional id.'],
  INVALID_RECORD_STATE: [121, false, 'The record is not in a state in which it can be acknowledged.'],
  SHARE_SESSION_NOT_FOUND: [122, true, 'There is no such share session.'],
  INVALID_SHARE_SESSION_EPOCH: [123, true, 'The epoch is not the next one of the share session.'],
  FENCED_STATE_EPOCH: [124, false, 'The state epoch is not the one that the share coordinator has.'],
  INVALID_VOTER_KEY: [125, false, 'The key of the voter is not the one of the receiver.'],
  DUPLICATE_VOTER: [126, false, 'The voter is already in the set.'],
  VOTER_NOT_FOUND: [127, false, 'The voter is not in the set.'],
  INVALID_REGULAR_EXPRESSION: [128, false, 'The regular expression is not valid.'],
  REBOOTSTRAP_REQUIRED: [129, false, 'What the client knows of the cluster is out of date; it has to start from its bootstrap servers.'],
  STREAMS_INVALID_TOPOLOGY: [130, false, 'The topology is not valid.'],
  STREAMS_INVALID_TOPOLOGY_EPOCH: [131, false, 'The topology epoch is not valid.'],
  STREAMS_TOPOLOGY_FENCED: [132, false, 'The topology epoch is out of date.'],
  SHARE_SESSION_LIMIT_REACHED: [133, true, 'There are as many share sessions as there may be.'],
} as const satisfies Record<string, readonly [code: number, retriable: boolean, message: string]>

/** Kafka's name of an error code, such as `NOT_LEADER_OR_FOLLOWER`. */
export type ErrorName = keyof typeof table

/** All names, by ascending code. */
export const errorNames: readonly ErrorName[] = Object.freeze(Object.keys(table).filter(isErrorName))

const nameByCode: ReadonlyMap<number, ErrorName> = new Map(errorNames.map((name) => [table[name][0], name]))

/** A record that made the broker refuse its batch (KIP-467). */
export interface RecordError {
  /** Position of the record in the batch, from 0. */
  readonly batchIndex: number
  readonly message: string
}

/** A failure that the Kafka protocol has a code for. Whatever else is thrown is a bug, and is reported as one. */
export class KafkaError extends Error {
  /** So that logs show it when the code has been minified. */
  static override readonly name = 'KafkaError'
  override readonly name = 'KafkaError'
  readonly code: ErrorName
  /** Which records were at fault, where the code is about records; else empty. */
  readonly recordErrors: readonly RecordError[]
  /** The transaction can only be aborted now; after that the producer may go on. */
  readonly abortable: boolean
  /** Whoever got this can only be closed. */
  readonly fatal: boolean
  /** What to do about it, in a sentence; empty when there is nothing to say beyond the message. */
  readonly hint: string
  /** The broker's own sentence, without ours around it, where it gave one. */
  readonly brokerMessage: string | undefined
  /** Where several things were asked for at once: how each of them went, by its key. */
  readonly outcomes: ReadonlyMap<unknown, unknown> | undefined
  readonly #wireCode: number

  constructor(code: ErrorName, message?: string, options: KafkaErrorOptions = {}) {
    super(message ?? table[code][2], options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.recordErrors = options.recordErrors ?? []
    this.abortable = options.abortable ?? false
    this.fatal = options.fatal ?? false
    this.hint = options.hint ?? ''
    this.brokerMessage = options.brokerMessage
    this.outcomes = options.outcomes
    this.#wireCode = options.wireCode ?? table[code][0]
  }

  /** The code as it goes over the wire. */
  get wireCode(): number {
    return this.#wireCode
  }

  /** Whether the same request may succeed later. */
  get retriable(): boolean {
    return table[this.code][1]
  }

  /** Where this code is explained, below the root of the project. */
  get docsUrl(): string {
    return `docs/reference/errors.md#${this.code.toLowerCase()}`
  }
}

export interface KafkaErrorOptions {
  readonly cause?: unknown
  readonly recordErrors?: readonly RecordError[]
  readonly abortable?: boolean
  readonly fatal?: boolean
  readonly hint?: string
  readonly brokerMessage?: string | undefined
  readonly outcomes?: ReadonlyMap<unknown, unknown>
  /** The number of a code that we do not know; `code` is UNKNOWN_SERVER_ERROR then. */
  readonly wireCode?: number
}

/** The code that goes over the wire for a name: `errorCode('OFFSET_OUT_OF_RANGE')` is 1. */
export function errorCode(name: ErrorName): number {
  return table[name][0]
}

/** The name of a code. Codes that we do not know, of newer brokers, are UNKNOWN_SERVER_ERROR as in Kafka's clients. */
export function errorName(code: number): ErrorName {
  return nameByCode.get(code) ?? 'UNKNOWN_SERVER_ERROR'
}

/** Our sentence for an error. */
export function errorMessage(name: ErrorName): string {
  return table[name][2]
}

/** Whether the same request may succeed later, as Kafka's clients see it. */
export function isRetriable(name: ErrorName): boolean {
  return table[name][1]
}

/** The code to answer with when `error` was thrown: its own, or UNKNOWN_SERVER_ERROR for whatever is not a `KafkaError`. */
export function errorCodeOf(error: unknown): number {
  return error instanceof KafkaError ? error.wireCode : table.UNKNOWN_SERVER_ERROR[0]
}

function isErrorName(name: string): name is ErrorName {
  return Object.hasOwn(table, name)
}
