/** Kafka's types of settings. */
export type ConfigType = 'BOOLEAN' | 'STRING' | 'INT' | 'SHORT' | 'LONG' | 'DOUBLE' | 'LIST' | 'CLASS' | 'PASSWORD'

/** Whether a setting of the broker can be changed while it runs, and for whom. */
export type DynamicScope = 'read-only' | 'per-broker' | 'cluster-wide'

/** A setting of the broker that gives the default of a topic's or group's. */
export interface BrokerSynonym {
  readonly name: string
  /** What one unit of the broker's is in units of the topic's: 3600000 for hours that become milliseconds. */
  readonly times: number
}

/** Everything there is to know of one setting. The name is the key under which it is declared. */
export interface ConfigDef<Value = unknown> {
  readonly type: ConfigType
  /** As text; null when it has no value unless somebody gives it one, undefined when somebody must. */
  readonly default: string | null | undefined
  /** Kafka's default, where ours is another. */
  readonly kafkaDefault?: string | null
  /** A sentence or a few. */
  readonly doc: string
  /** Why it is accepted, shown and changes nothing. The documentation says so too. */
  readonly unused?: string
  /** What is allowed, in Kafka's notation: `[1,...]`, `[delete, compact]`; empty when everything of the type is. */
  readonly valid: string
  readonly scope: DynamicScope
  /** In order of precedence: the first that is set counts. */
  readonly synonyms: readonly BrokerSynonym[]
  /** Nobody may see the value. */
  readonly isSensitive: boolean
  /** Works and is not shown. */
  readonly isInternal: boolean
  /** Kafka does not know it. */
  readonly isOurs: boolean
  /** Understands and checks a text. Throws `ConfigError`. */
  parse(name: string, text: string): Value
  /** The text that Kafka would show for this one: `007` is `7`, `a, b` is `a,b`. Throws `ConfigError`. */
  canonical(name: string, text: string): string
}

/** Settings by name. */
export type ConfigDefs = Readonly<Record<string, ConfigDef>>

/** The values of declared settings, by name. */
export type ConfigOf<Defs extends ConfigDefs> = {
  readonly [Name in keyof Defs]: Defs[Name] extends ConfigDef<infer Value> ? Value : never
}
