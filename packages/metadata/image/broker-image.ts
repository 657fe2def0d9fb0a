import type { JsonValue } from '../store.ts'
import { JsonFields } from './json.ts'

/** Where a broker listens, under the name of a listener. */
export interface BrokerEndpoint {
  readonly listener: string
  readonly host: string
  readonly port: number
  readonly securityProtocol: string
}

/** Levels of a feature that a broker can work at. */
export interface FeatureRange {
  readonly min: number
  readonly max: number
}

/** What a broker tells of itself when it registers. */
export interface BrokerRegistration {
  readonly id: number
  /** Another one with each start of the process. */
  readonly incarnationId: string
  readonly endpoints: readonly BrokerEndpoint[]
  readonly rack: string | null
  /** By the name of the feature. */
  readonly features: ReadonlyMap<string, FeatureRange>
  /** Ids of its log directories. */
  readonly directories: readonly string[]
}

/** A broker, as the cluster knows it. */
export interface BrokerImage extends BrokerRegistration {
  /** Grows with each registration: the revision at which it was made. */
  readonly epoch: number
  /** Whether it may not lead: it has not caught up yet, or it is gone. */
  readonly fenced: boolean
  /** Whether it is on its way out: it keeps its replicas in step, and gives leadership away. */
  readonly inControlledShutdown: boolean
  /** Whether its key is in the store: it lives, or did a moment ago. */
  readonly registered: boolean
  /** Revision at which its key was last written. */
  readonly revision: number
}

/** Whether a broker may lead partitions. */
export function isActive(broker: BrokerImage | undefined): boolean {
  return broker !== undefined && broker.registered && !broker.fenced && !broker.inControlledShutdown
}

type Stored = BrokerRegistration & Pick<BrokerImage, 'fenced' | 'inControlledShutdown'>

/** The value of `/brokers/<id>`, and of `/brokers-meta/<id>`: what is known of a broker while it is away. */
export function encodeBroker({ incarnationId, endpoints, rack, features, directories, fenced, inControlledShutdown }: Stored): JsonValue {
  return {
    incarnationId,
    endpoints: endpoints.map(({ listener, host, port, securityProtocol }) => ({ listener, host, port, securityProtocol })),
    rack,
    features: Object.fromEntries(Array.from(features, ([name, { min, max }]) => [name, { min, max }])),
    directories,
    fenced,
    inControlledShutdown,
  }
}

export function decodeBroker(key: string, value: JsonValue, id: number): Stored {
  const fields = new JsonFields(key, value)
  const features = fields.object('features')
  return {
    id,
    incarnationId: fields.string('incarnationId'),
    endpoints: fields.objects('endpoints').map((endpoint) => ({
      listener: endpoint.string('listener'),
      host: endpoint.string('host'),
      port: endpoint.number('port'),
      securityProtocol: endpoint.string('securityProtocol'),
    })),
    rack: fields.nullableString('rack'),
    features: new Map(features.names().map((name) => [name, rangeOf(features.object(name))])),
    directories: fields.strings('directories'),
    fenced: fields.boolean('fenced', true),
    inControlledShutdown: fields.boolean('inControlledShutdown', false),
  }
}

function rangeOf(fields: JsonFields): FeatureRange {
  return { min: fields.number('min'), max: fields.number('max') }
}
