import type { Api, Fields, ReadOf, WriteOf } from '@odradek/protocol/schema'
import type { Waiting } from '../waiting.ts'
import type { ClusterMetadata, TopicMetadata } from './metadata.ts'

/**
 * The connections of one producer, consumer or admin, and what it knows of the cluster: the door between their cores and the network.
 *
 * Nothing here tries twice: a call is one attempt, and whoever calls decides about the next. Errors are `KafkaError`s;
 * NETWORK_EXCEPTION, REQUEST_TIMED_OUT, UNSUPPORTED_VERSION, SASL_AUTHENTICATION_FAILED come from here, never from an answer.
 */
export interface Cluster extends AsyncDisposable {
  /** What is known now. Look again after each `await`. */
  readonly metadata: ClusterMetadata

  /**
   * Asks one broker, in the highest version that both sides know, and decodes the answer.
   *
   * Opens the connection if need be. Calls to one broker on one lane are sent in the order of the calls, and answered in it;
   * throttling (KIP-219) delays them. A body that depends on the version is given as a function. Rejects when the broker answers
   * nothing within `timeoutMs` (`request.timeout.ms`), when the connection can't be opened or breaks, or with `signal.reason`.
   * Error codes inside the answer are the caller's business.
   */
  call<Q extends Fields, S extends Fields>(
    broker: number,
    api: Api<Q, S>,
    request: WriteOf<Q> | ((version: number) => WriteOf<Q>),
    options?: CallOptions,
  ): Promise<ReadOf<S>>

  /** The version in which `call` would ask, connecting first if need be. Rejects with UNSUPPORTED_VERSION, or as `call`. */
  versionFor(broker: number, api: Api, options?: CallOptions): Promise<number>
  /** The level of a feature (`transaction.version`, `group.version`) that brokers have finalized; 0 when none. Of the newest answer to ApiVersions. */
  finalizedFeature(name: string): number
  /** Whether a call would be sent at once: connected, not throttled, authenticated. */
  isReady(broker: number, lane?: Lane): boolean
  /** Opens the connection, within the back-off (`reconnect.backoff.ms`): resolves when ready, rejects when this attempt failed. */
  connect(broker: number, options?: Waiting & { readonly lane?: Lane }): Promise<void>
  /** Milliseconds until `connect` would try again; 0 when it would now. */
  backoffMs(broker: number, lane?: Lane): number

  /** The broker to ask what any broker can answer: least loaded, connected ones first. Rejects when none can be reached. */
  anyBroker(options?: Waiting): Promise<number>
  /** The controller of the newest metadata, refreshed if it is unknown. */
  controller(options?: Waiting): Promise<number>
  forgetController(): void
  /** The coordinator of a group or a transactional id; looked up when unknown, tried until the time is over. */
  coordinator(kind: CoordinatorKind, key: string, options?: Waiting & Pick<CallOptions, 'background'>): Promise<number>
  forgetCoordinator(kind: CoordinatorKind, key: string): void

  /** The topics whose metadata are kept up to date from now on, instead of those before. */
  track(topics: ReadonlySet<string> | 'all'): void
  /** Adds one topic to those tracked. */
  alsoTrack(topic: string): void
  /** A tracked topic, asked for until it is there. Rejects with UNKNOWN_TOPIC_OR_PARTITION (time over), or at once with
   * TOPIC_AUTHORIZATION_FAILED or INVALID_TOPIC_EXCEPTION. */
  topic(name: string, options?: Waiting): Promise<TopicMetadata>
  /** New metadata, asked for after this call; several calls share one request. Rejects when the time is over. */
  refresh(options?: Waiting): Promise<ClusterMetadata>
  /** Metadata should be refreshed soon, with the usual back-off; nobody waits for it. */
  requestRefresh(): void
  /** A broker told in an answer who leads a partition now (KIP-951). Older epochs are ignored. */
  learnLeader(topic: string, partition: number, leader: LearntLeader): void
  /** Why the last question for metadata got no answer; undefined when it got one. For whoever has waited in vain. */
  readonly lastFailure: unknown
  /** Called after each change of `metadata`. Returns the function that ends it. */
  observe(listener: (metadata: ClusterMetadata) => void): () => void
}

/** Brokers answer one request of a connection at a time, so what may take long has a connection of its own. */
export type Lane = 'main' | 'fetch' | 'coordinator'

export type CoordinatorKind = 'group' | 'transaction'

export interface CallOptions extends Waiting {
  readonly lane?: Lane | undefined
  /** Use no version above this one. */
  readonly maxVersion?: number | undefined
  /** UNSUPPORTED_VERSION when the broker knows none from this one on. */
  readonly minVersion?: number | undefined
  /** Produce with acks=0: resolves with an empty answer as soon as the request has been handed to the socket. */
  readonly noAnswer?: boolean | undefined
  /** No caller of the user's waits for this: it does not keep the process alive. */
  readonly background?: boolean | undefined
}

export interface LearntLeader {
  readonly leader: number
  readonly leaderEpoch: number
  readonly endpoint?: { readonly host: string; readonly port: number; readonly rack: string | null } | undefined
}
