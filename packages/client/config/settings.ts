import type { ConfigDef, ConfigDefs } from '@odradek/common/config'
import type { Secret } from '@odradek/common/logging'
import type { Assignor, AssignorName } from '../assignor.ts'
import type { ConsumerInterceptor, ProducerInterceptor } from '../interceptors.ts'
import type { Partitioner, PartitionerName } from '../partitioner.ts'
import type { Serde } from '../serdes/serde.ts'
import type { CamelCase } from './camel-case.ts'
import type { adminConfig, clientConfig, consumerConfig, producerConfig } from './all-config.ts'
import type { SaslSettings, TlsOptions } from './security.ts'

/** Declared settings as code reads them: names in camel case, undefined where nobody gave a value and there is no default. */
export type SettingsOf<Defs extends ConfigDefs> = { readonly [Name in keyof Defs & string as CamelCase<Name>]: ValueOf<Defs[Name]> }

type ValueOf<Def> = Def extends ConfigDef<infer Value> ? (null extends Value ? Exclude<Value, null> | undefined : Value) : never

/** What every client has beside the declared settings. */
interface Common {
  /** Names in camel case of all that the user gave, whatever the value. */
  readonly given: ReadonlySet<string>
  /** Given in code instead of `ssl.*`. */
  readonly tls: TlsOptions | undefined
  /** Present exactly when `securityProtocol` is one of SASL. */
  readonly sasl: SaslSettings | undefined
}

interface UntypedSerdes {
  /** For topics that are given by their name alone; undefined: bytes. */
  readonly keySerde: Serde<unknown> | undefined
  readonly valueSerde: Serde<unknown> | undefined
}

/** What connections and metadata need, of whichever client. */
export type CommonSettings = SettingsOf<typeof clientConfig> & Common

export interface ProducerSettings extends Common, SettingsOf<typeof producerConfig>, UntypedSerdes {
  readonly partitioner: Partitioner | PartitionerName
  readonly interceptors: readonly ProducerInterceptor[]
}

export interface ConsumerSettings extends Common, Omit<SettingsOf<typeof consumerConfig>, Adjusted>, UntypedSerdes {
  /** In order of preference. Without effect with `groupProtocol` consumer. */
  readonly assignors: readonly (Assignor | AssignorName)[]
  readonly interceptors: readonly ConsumerInterceptor[]
  readonly prefetchMaxBytes: number
  readonly decompressedBatchMaxBytes: number
}

/** Those whose default follows from another setting. */
type Adjusted = 'prefetchMaxBytes' | 'decompressedBatchMaxBytes'

export interface AdminSettings extends Common, SettingsOf<typeof adminConfig> {}

export type { Secret }
