import type { Clock, Timer } from '@odradek/common/time'
import type { Logger, LogLevels } from '@odradek/common/logging'
import type { Random } from '@odradek/common/random'
import type { GroupCoordinator } from '@odradek/coordinator'
import type { MetadataService, TopicImage } from '@odradek/metadata'
import type { Connection } from '@odradek/network'
import type { LiveSettings } from './config/index.ts'
import type { ClusterFeatures } from './features.ts'
import type { FetchSessions } from './fetch-sessions.ts'
import type { Replicas } from './replication/replicas.ts'

/**
 * What handlers are made from. A handler takes the few it needs, not all of them:
 *
 *     export const initProducerId = ({ producerIds }: Pick<Services, 'producerIds'>): Handler => …
 */
export interface Services {
  readonly brokerId: number
  readonly clock: Clock
  readonly timer: Timer
  readonly random: Random
  readonly logger: Logger
  /** Of all loggers of this process; clients may change them. */
  readonly logLevels: LogLevels
  /** What is set now, for the broker and for topics. */
  readonly settings: LiveSettings
  readonly metadata: MetadataService
  readonly features: () => ClusterFeatures
  readonly endpoints: Endpoints
  readonly replicas: Replicas
  readonly fetchSessions: FetchSessions
  /** How many more bytes of answers may wait for slow readers, over all connections. A fetch gives one batch even at 0. */
  readonly responseRoom: () => number
  readonly logDirs: LogDirs
  readonly groups: GroupCoordinator
  readonly internalTopics: InternalTopics
  readonly producerIds: ProducerIds
}

/** Where clients reach brokers. The same broker has another address on another listener. */
export interface Endpoints {
  /** Brokers that have an address on the listener this client came in on, by ascending node id. */
  forClient(connection: Connection): readonly Endpoint[]
}

export interface Endpoint {
  readonly nodeId: number
  readonly host: string
  readonly port: number
  readonly rack: string | null
  readonly isFenced: boolean
}

/** Topics that the broker makes for itself, with the settings that `offsets.topic.*` and its like give them. */
export interface InternalTopics {
  /** The topic, made now if it was missing; resolves when the local image holds it. */
  ensure(name: '__consumer_offsets'): Promise<TopicImage>
}

/** Producer ids, out of blocks of 1000 that the cluster hands each broker (KIP-730). Never the same twice. */
export interface ProducerIds {
  next(): Promise<number>
}

/** What the log directories hold, for DescribeLogDirs. */
export interface LogDirs {
  describe(): readonly LogDirDescription[]
}

export interface LogDirDescription {
  readonly path: string
  readonly offline: boolean
  readonly totalBytes: number
  readonly usableBytes: number
  readonly replicas: readonly ReplicaDescription[]
}

export interface ReplicaDescription {
  readonly topic: string
  readonly partition: number
  readonly sizeInBytes: number
  /** How far this replica lies behind the high watermark, in records. */
  readonly offsetLag: number
}
