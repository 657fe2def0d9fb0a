import type { PartitionMetadata } from './types/cluster.ts'
import type {
  DeleteGroupsErrorEntry,
  KafkaJSConnectionErrorMetadata,
  KafkaJSDeleteTopicRecordsErrorTopic,
  KafkaJSErrorMetadata,
  KafkaJSNumberOfRetriesExceededMetadata,
  KafkaJSOffsetOutOfRangeMetadata,
  KafkaJSRequestTimeoutErrorMetadata,
  KafkaJSServerDoesNotSupportApiKeyMetadata,
  KafkaJSTopicMetadataNotLoadedMetadata,
} from './types/errors.ts'

type Given = Error | string
type Caused = { readonly cause?: unknown }

/** What all errors of this package are; `retriable` unless it says otherwise. */
export class KafkaJSError extends Error {
  override name = 'KafkaJSError'
  readonly retriable: boolean
  readonly helpUrl: string | undefined
  declare readonly cause?: Error

  constructor(given: Given, { retriable = true, cause }: KafkaJSErrorMetadata & Caused = {}) {
    super(typeof given === 'string' ? given : given.message, { cause })
    this.retriable = retriable
    this.helpUrl = typeof given === 'object' && 'helpUrl' in given && typeof given.helpUrl === 'string' ? given.helpUrl : undefined
  }
}

export class KafkaJSNonRetriableError extends KafkaJSError {
  override name = 'KafkaJSNonRetriableError'
  constructor(given: Given, { cause }: Caused = {}) {
    super(given, { retriable: false, cause })
  }
}

/** What a broker has answered: `code` is its number, `type` the name under which kafkajs knows it. */
export interface ProtocolFailure {
  readonly message: string
  readonly type: string
  readonly code: number
  readonly retriable: boolean
}

export class KafkaJSProtocolError extends KafkaJSError {
  override name = 'KafkaJSProtocolError'
  readonly code: number
  readonly type: string
  constructor(given: Given | ProtocolFailure, { retriable, cause }: { readonly retriable?: boolean } & Caused = {}) {
    const { code = -1, type = 'UNKNOWN', ...failure }: Partial<ProtocolFailure> = typeof given === 'string' ? { message: given } : given
    super(typeof given === 'string' ? given : given.message, { retriable: retriable ?? failure.retriable ?? false, cause })
    this.type = type
    this.code = code
  }
}

export class KafkaJSOffsetOutOfRange extends KafkaJSProtocolError {
  override name = 'KafkaJSOffsetOutOfRange'
  readonly topic: string
  readonly partition: number
  constructor(given: Given | ProtocolFailure, { topic, partition }: KafkaJSOffsetOutOfRangeMetadata) {
    super(given)
    this.topic = topic
    this.partition = partition
  }
}

export class KafkaJSMemberIdRequired extends KafkaJSProtocolError {
  override name = 'KafkaJSMemberIdRequired'
  readonly memberId: string
  constructor(given: Given | ProtocolFailure, { memberId }: { readonly memberId: string }) {
    super(given)
    this.memberId = memberId
  }
}

export class KafkaJSCreateTopicError extends KafkaJSProtocolError {
  override name = 'KafkaJSCreateTopicError'
  readonly topic: string
  constructor(given: Given | ProtocolFailure, topic: string) {
    super(given)
    this.topic = topic
  }
}

export class KafkaJSAlterPartitionReassignmentsError extends KafkaJSProtocolError {
  override name = 'KafkaJSAlterPartitionReassignmentsError'
  readonly topic: string | undefined
  readonly partition: number | undefined
  constructor(given: Given | ProtocolFailure, topic?: string, partition?: number) {
    super(given)
    this.topic = topic
    this.partition = partition
  }
}

export class KafkaJSAggregateError extends Error {
  override name = 'KafkaJSAggregateError'
  readonly errors: readonly (Error | string)[]
  constructor(message: Given, errors: readonly (Error | string)[]) {
    super(typeof message === 'string' ? message : message.message)
    this.errors = errors
  }
}

/** All attempts have failed; `cause` is what the last one failed with. */
export class KafkaJSNumberOfRetriesExceeded extends KafkaJSNonRetriableError {
  override name = 'KafkaJSNumberOfRetriesExceeded'
  readonly retryCount: number
  readonly retryTime: number
  constructor(given: Given, { retryCount, retryTime }: KafkaJSNumberOfRetriesExceededMetadata) {
    super(given, { cause: given })
    this.retryCount = retryCount
    this.retryTime = retryTime
    if (given instanceof Error) this.stack = `${this.name}\n  Caused by: ${given.stack}`
  }
}

export class KafkaJSConnectionError extends KafkaJSError {
  override name = 'KafkaJSConnectionError'
  readonly broker: string | undefined
  readonly code: string | undefined
  constructor(given: Given, { broker, code, cause }: KafkaJSConnectionErrorMetadata & Caused = {}) {
    super(given, { cause })
    this.broker = broker
    this.code = code
  }
}

export class KafkaJSConnectionClosedError extends KafkaJSConnectionError {
  override name = 'KafkaJSConnectionClosedError'
  readonly host: string | undefined
  readonly port: number | undefined
  constructor(given: Given, { host, port }: { readonly host?: string; readonly port?: number } = {}) {
    super(given, { broker: `${host}:${port}` })
    this.host = host
    this.port = port
  }
}

export class KafkaJSRequestTimeoutError extends KafkaJSError {
  override name = 'KafkaJSRequestTimeoutError'
  readonly broker: string | undefined
  readonly correlationId: number | undefined
  readonly createdAt: number | undefined
  readonly sentAt: number | undefined
  readonly pendingDuration: number | undefined
  constructor(given: Given, metadata: Partial<KafkaJSRequestTimeoutErrorMetadata> & Caused = {}) {
    super(given, { cause: metadata.cause })
    this.broker = metadata.broker
    this.correlationId = metadata.correlationId
    this.createdAt = metadata.createdAt
    this.sentAt = metadata.sentAt
    this.pendingDuration = metadata.pendingDuration
  }
}

export class KafkaJSMetadataNotLoaded extends KafkaJSError {
  override name = 'KafkaJSMetadataNotLoaded'
}

export class KafkaJSTopicMetadataNotLoaded extends KafkaJSMetadataNotLoaded {
  override name = 'KafkaJSTopicMetadataNotLoaded'
  readonly topic: string | undefined
  constructor(given: Given, { topic }: Partial<KafkaJSTopicMetadataNotLoadedMetadata> = {}) {
    super(given)
    this.topic = topic
  }
}

export class KafkaJSStaleTopicMetadataAssignment extends KafkaJSError {
  override name = 'KafkaJSStaleTopicMetadataAssignment'
  readonly topic: string | undefined
  readonly unknownPartitions: readonly (number | PartitionMetadata)[] | undefined
  constructor(
    given: Given,
    { topic, unknownPartitions }: { readonly topic?: string; readonly unknownPartitions?: readonly (number | PartitionMetadata)[] } = {},
  ) {
    super(given)
    this.topic = topic
    this.unknownPartitions = unknownPartitions
  }
}

export class KafkaJSDeleteGroupsError extends KafkaJSError {
  override name = 'KafkaJSDeleteGroupsError'
  readonly groups: readonly DeleteGroupsErrorEntry[]
  constructor(given: Given, groups: readonly DeleteGroupsErrorEntry[] = []) {
    super(given)
    this.groups = groups
  }
}

export class KafkaJSDeleteTopicRecordsError extends KafkaJSError {
  override name = 'KafkaJSDeleteTopicRecordsError'
  readonly partitions: KafkaJSDeleteTopicRecordsErrorTopic['partitions']
  constructor({ partitions }: KafkaJSDeleteTopicRecordsErrorTopic) {
    super('Error while deleting records', { retriable: partitions.every(({ error }) => error.retriable) })
    this.partitions = partitions
  }
}

export class KafkaJSServerDoesNotSupportApiKey extends KafkaJSNonRetriableError {
  override name = 'KafkaJSServerDoesNotSupportApiKey'
  readonly apiKey: number | undefined
  readonly apiName: string | undefined
  constructor(given: Given, { apiKey, apiName }: Partial<KafkaJSServerDoesNotSupportApiKeyMetadata> = {}) {
    super(given)
    this.apiKey = apiKey
    this.apiName = apiName
  }
}

export class KafkaJSBrokerNotFound extends KafkaJSError {
  override name = 'KafkaJSBrokerNotFound'
}

export class KafkaJSNoBrokerAvailableError extends KafkaJSError {
  override name = 'KafkaJSNoBrokerAvailableError'
  constructor() {
    super('No broker available')
  }
}

export class KafkaJSPartialMessageError extends KafkaJSNonRetriableError {
  override name = 'KafkaJSPartialMessageError'
}

export class KafkaJSSASLAuthenticationError extends KafkaJSNonRetriableError {
  override name = 'KafkaJSSASLAuthenticationError'
}

export class KafkaJSGroupCoordinatorNotFound extends KafkaJSNonRetriableError {
  override name = 'KafkaJSGroupCoordinatorNotFound'
}

export class KafkaJSNotImplemented extends KafkaJSNonRetriableError {
  override name = 'KafkaJSNotImplemented'
}

export class KafkaJSTimeout extends KafkaJSNonRetriableError {
  override name = 'KafkaJSTimeout'
}

export class KafkaJSLockTimeout extends KafkaJSTimeout {
  override name = 'KafkaJSLockTimeout'
}

export class KafkaJSUnsupportedMagicByteInMessageSet extends KafkaJSNonRetriableError {
  override name = 'KafkaJSUnsupportedMagicByteInMessageSet'
}

export class KafkaJSInvariantViolation extends KafkaJSNonRetriableError {
  override name = 'KafkaJSInvariantViolation'
  constructor(given: Given) {
    super(`Invariant violated: ${typeof given === 'string' ? given : given.message}. This is likely a bug and should be reported.`)
  }
}

// kafkajs gives the two below the name of their parent.
export class KafkaJSInvalidVarIntError extends KafkaJSNonRetriableError {}
export class KafkaJSInvalidLongError extends KafkaJSNonRetriableError {}

export class KafkaJSFetcherRebalanceError extends Error {}
