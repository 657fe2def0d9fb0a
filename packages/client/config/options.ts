import type { ConfigDef, ConfigDefs } from '@odradek/common/config'
import type { Secret } from '@odradek/common/logging'
import type { Assignor, AssignorName } from '../assignor.ts'
import type { ConsumerInterceptor, ProducerInterceptor } from '../interceptors.ts'
import type { Partitioner, PartitionerName } from '../partitioner.ts'
import type { Serde } from '../serdes/serde.ts'
import type { adminConfig, consumerConfig, producerConfig } from './all-config.ts'
import type { Acks } from './producer-config.ts'
import type { CamelCase } from './camel-case.ts'
import type { SaslOptions, TlsOptions } from './security.ts'
import type { sharedConfig } from './vocabulary.ts'

/** Declared settings as a user gives them in code: names in camel case, all of them optional. */
type OptionsOf<Defs extends ConfigDefs> = { readonly [Name in keyof Defs & string as CamelCase<Name>]?: InputOf<Defs[Name]> | undefined }

type InputOf<Def> = Def extends ConfigDef<infer Value> ? Input<Exclude<Value, null>> : never

type Input<Value> = [Value] extends [boolean]
  ? boolean
  : [Value] extends [string | number]
    ? Value
    : [Value] extends [Secret]
      ? string | Secret
      : string | readonly string[]

/** Kafka's names, as they stand in files: values are texts, and read as in a file. Names that no client knows are a warning. */
interface Dotted {
  readonly [name: `${string}.${string}`]: string | number | boolean | readonly string[] | Secret | undefined
}

interface Security {
  /** Options of `node:tls` instead of `ssl.*`; needs `securityProtocol` SSL or SASL_SSL. */
  readonly tls?: TlsOptions | undefined
  /** Credentials; needs `securityProtocol` SASL_SSL or SASL_PLAINTEXT. */
  readonly sasl?: SaslOptions | undefined
}

// oxlint-disable typescript/no-explicit-any -- untyped topics take whatever their serdes do
interface Untyped {
  /** Serde of keys of topics that are given by name alone. By default bytes. */
  readonly keySerde?: Serde<any> | undefined
  /** Serde of values of topics that are given by name alone. By default bytes. */
  readonly valueSerde?: Serde<any> | undefined
}
// oxlint-enable typescript/no-explicit-any

/** What all clients made by one `Kafka` share. Each setting is documented in docs/reference/client-configs.md. */
export interface ClientOptions extends OptionsOf<typeof sharedConfig>, Security, Dotted {}

/** What a producer takes, beside or instead of what its `Kafka` was given. */
export interface ProducerOptions extends Omit<OptionsOf<typeof producerConfig>, 'acks'>, Security, Untyped, Dotted {
  /** How many replicas must have a record before it counts as sent. By default all that are in sync. */
  readonly acks?: 'all' | Acks | undefined
  readonly partitioner?: Partitioner | PartitionerName | undefined
  readonly interceptors?: readonly ProducerInterceptor[] | undefined
}

/** What a consumer takes, beside or instead of what its `Kafka` was given. */
export interface ConsumerOptions extends Omit<OptionsOf<typeof consumerConfig>, 'autoOffsetReset'>, Security, Untyped, Dotted {
  /** Where to begin without a committed offset. By default at the end. */
  readonly autoOffsetReset?: 'latest' | 'earliest' | 'none' | `by_duration:${string}` | undefined
  /** In order of preference; only with the classic protocol. By default range, then cooperative-sticky. */
  readonly assignors?: readonly (Assignor | AssignorName)[] | undefined
  readonly interceptors?: readonly ConsumerInterceptor[] | undefined
}

/** What an admin takes, beside or instead of what its `Kafka` was given. */
export interface AdminOptions extends OptionsOf<typeof adminConfig>, Security, Dotted {}
