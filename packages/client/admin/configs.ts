import { DescribeConfigs, IncrementalAlterConfigs, ListConfigResources } from '@odradek/protocol/messages'
import type { Waiting } from '../waiting.ts'
import { checkList, checkName, refuse } from './check.ts'
import { configResourceNumber, configResourceTypeOf, configSourceOf, configTypeOf } from './config-words.ts'
import type { ConfigResourceType, ConfigSource, ConfigType } from './config-words.ts'
import { fields } from './keys.ts'
import { KeyedMap } from './keyed-map.ts'
import { question, unlessFailed, verdict } from './operation.ts'
import type { Operation } from './operation.ts'
import type { PerItem } from './per-item.ts'
import type { Runner } from './runner.ts'
import { anyBroker, namedBroker } from './targets/brokers.ts'

/** Something with settings. The name of a broker is its id; an empty name means the default of all brokers. */
export interface ConfigResource {
  readonly type: ConfigResourceType
  readonly name: string
}

/** A setting as it is. */
export interface ConfigEntry {
  readonly name: string
  /** Null when it is not set, or secret. */
  readonly value: string | null
  readonly source: ConfigSource
  readonly isDefault: boolean
  readonly isSensitive: boolean
  readonly isReadOnly: boolean
  readonly type: ConfigType
  /** Only with `includeDocumentation`. */
  readonly documentation: string | undefined
  /** Where else it could come from, the first that is there wins; only with `includeSynonyms`. */
  readonly synonyms: readonly ConfigSynonym[]
}

export interface ConfigSynonym {
  readonly name: string
  readonly value: string | null
  readonly source: ConfigSource
}

/** One change of a setting. `append` and `subtract` are for lists: values apart by commas. */
export type AlterConfigOp =
  | { readonly op: 'set' | 'append' | 'subtract'; readonly name: string; readonly value: string | number | boolean }
  | { readonly op: 'delete'; readonly name: string }

export interface ConfigsAdmin {
  /**
   * The settings of topics, brokers, groups, client metrics, with where each value comes from. A broker is asked itself, the rest any.
   *
   * ```ts
   * const settings = await admin.describeConfigs([{ type: 'TOPIC', name: 'orders' }]).of({ type: 'TOPIC', name: 'orders' })
   * settings.get('retention.ms')?.value
   * ```
   */
  describeConfigs(
    resources: readonly ConfigResource[],
    options?: Waiting & { readonly includeSynonyms?: boolean | undefined; readonly includeDocumentation?: boolean | undefined },
  ): PerItem<ConfigResource, ReadonlyMap<string, ConfigEntry>>

  /**
   * Changes single settings and leaves all others as they are (KIP-339).
   *
   * ```ts
   * await admin.incrementalAlterConfigs([
   *   { type: 'TOPIC', name: 'orders', ops: [{ op: 'set', name: 'retention.ms', value: 86_400_000 }, { op: 'delete', name: 'segment.bytes' }] },
   * ])
   * ```
   */
  incrementalAlterConfigs(
    changes: readonly (ConfigResource & { readonly ops: readonly AlterConfigOp[] })[],
    options?: Waiting & { readonly validateOnly?: boolean | undefined },
  ): PerItem<ConfigResource, void>

  /**
   * What there is that has settings; of all types unless some are given (KIP-1142). Brokers before 4.1 know of client metrics alone.
   *
   * ```ts
   * const groups = await admin.listConfigResources(['GROUP'])
   * ```
   */
  listConfigResources(types?: readonly ConfigResourceType[], options?: Waiting): Promise<readonly ConfigResource[]>

  /** @deprecated since 4.1: `listConfigResources(['CLIENT_METRICS'])` says the same. */
  listClientMetricsResources(options?: Waiting): Promise<readonly { readonly name: string }[]>
}

export function configsAdmin(runner: Runner): ConfigsAdmin {
  return {
    describeConfigs(resources, options = {}) {
      checkList('describeConfigs', 'resources', resources)
      for (const resource of resources) checkResource('describeConfigs', resource)
      return runner.items(describeConfigs(options), configResources, resources.map(resourceOf), options)
    },

    incrementalAlterConfigs(changes, options = {}) {
      checkList('incrementalAlterConfigs', 'changes', changes)
      const opsOf = new KeyedMap<ConfigResource, readonly AlterConfigOp[]>(configResources.identify)
      for (const change of changes) {
        checkResource('incrementalAlterConfigs', change)
        checkList('incrementalAlterConfigs', `ops of ${configResources.print(change)}`, change.ops)
        for (const { op, name } of change.ops) {
          if (!Object.hasOwn(opNumbers, op))
            refuse('incrementalAlterConfigs', `op of ${name} is ${op}`, 'Give set, delete, append or subtract.')
        }
        if (opsOf.has(change)) refuse('incrementalAlterConfigs', `${configResources.print(change)} is named twice`, 'Put its ops together.')
        opsOf.set(resourceOf(change), change.ops)
      }
      return runner.items(incrementalAlterConfigs(opsOf, options.validateOnly ?? false), configResources, [...opsOf.keys()], options)
    },

    listConfigResources: (types = [], options) => runner.one(listConfigResources(types), options),

    async listClientMetricsResources(options) {
      const resources = await runner.one({ ...listConfigResources(['CLIENT_METRICS']), name: 'listClientMetricsResources' }, options)
      return resources.filter(({ type }) => type === 'CLIENT_METRICS').map(({ name }) => ({ name }))
    },
  }
}

export const configResources = fields<ConfigResource>(['type', 'name'], ({ type, name }) => `${type} ${name === '' ? '(default)' : name}`)

const resourceOf = ({ type, name }: ConfigResource): ConfigResource => ({ type, name })

function checkResource(call: string, { type, name }: ConfigResource): void {
  if (configResourceNumber(type) === undefined)
    refuse(call, `the type of a resource is ${type}`, 'Give TOPIC, BROKER, BROKER_LOGGER, CLIENT_METRICS or GROUP.')
  const isDefault = type === 'BROKER' && name === ''
  if (!isDefault) checkName(call, `the name of a resource of type ${type}`, name)
  if (brokerOf({ type, name }) !== undefined && !/^\d+$/.test(name))
    refuse(call, `${type} ${name} is no broker`, 'The name of a broker is its id.')
}

/** The settings of a broker, and the levels of its loggers, are its own; the rest any broker knows. */
function brokerOf({ type, name }: ConfigResource): number | undefined {
  return type === 'BROKER_LOGGER' || (type === 'BROKER' && name !== '') ? Number(name) : undefined
}

function describeConfigs(options: {
  readonly includeSynonyms?: boolean | undefined
  readonly includeDocumentation?: boolean | undefined
}): Operation<ConfigResource, ReadonlyMap<string, ConfigEntry>> {
  const { includeSynonyms = false, includeDocumentation = false } = options
  return {
    name: 'describeConfigs',
    target: namedBroker(brokerOf),
    byControllers: true,
    ask: question({
      api: DescribeConfigs,
      request: (keys, { version }) => ({
        resources: keys.map(({ type, name }) => ({
          resourceType: configResourceNumber(type),
          resourceName: name,
          configurationKeys: null,
        })),
        includeSynonyms,
        includeDocumentation: version >= 3 && includeDocumentation,
      }),
      read: ({ results }) =>
        results.flatMap((result) => {
          const type = configResourceTypeOf(result.resourceType)
          if (type === undefined) return []
          return [
            [
              { type, name: result.resourceName },
              verdict(result, () => new Map(result.configs.map((entry) => [entry.name, entryOf(entry)]))),
            ],
          ]
        }),
    }),
  }
}

function entryOf(entry: {
  readonly name: string
  readonly value: string | null
  readonly readOnly: boolean
  readonly configSource: number
  readonly isSensitive: boolean
  readonly synonyms: readonly { readonly name: string; readonly value: string | null; readonly source: number }[]
  readonly configType: number
  readonly documentation: string | null
}): ConfigEntry {
  const { name, value, isSensitive } = entry
  const source = configSourceOf(entry.configSource)
  return {
    name,
    value,
    source,
    isDefault: source === 'DEFAULT_CONFIG',
    isSensitive,
    isReadOnly: entry.readOnly,
    type: configTypeOf(entry.configType),
    documentation: entry.documentation ?? undefined,
    synonyms: entry.synonyms.map(({ name, value, source }) => ({ name, value, source: configSourceOf(source) })),
  }
}

const opNumbers = { set: 0, delete: 1, append: 2, subtract: 3 } as const satisfies Record<AlterConfigOp['op'], number>

function incrementalAlterConfigs(
  opsOf: KeyedMap<ConfigResource, readonly AlterConfigOp[]>,
  validateOnly: boolean,
): Operation<ConfigResource, void> {
  return {
    name: 'incrementalAlterConfigs',
    target: namedBroker(brokerOf),
    byControllers: true,
    ask: question({
      api: IncrementalAlterConfigs,
      request: (keys) => ({
        resources: keys.map((key) => ({
          resourceType: configResourceNumber(key.type),
          resourceName: key.name,
          configs: (opsOf.get(key) ?? []).map((change) => ({
            name: change.name,
            configOperation: opNumbers[change.op],
            value: change.op === 'delete' ? null : String(change.value),
          })),
        })),
        validateOnly,
      }),
      read: ({ responses }) =>
        responses.flatMap((answer) => {
          const type = configResourceTypeOf(answer.resourceType)
          return type === undefined ? [] : [[{ type, name: answer.resourceName }, verdict(answer, () => undefined)]]
        }),
    }),
  }
}

function listConfigResources(types: readonly ConfigResourceType[]): Operation<undefined, readonly ConfigResource[]> {
  const onlyClientMetrics = types.length === 1 && types[0] === 'CLIENT_METRICS'
  return {
    name: 'listConfigResources',
    target: anyBroker(),
    hints: { UNSUPPORTED_VERSION: 'Brokers before 4.1 list client metrics alone: ask for CLIENT_METRICS.' },
    ask: question({
      api: ListConfigResources,
      // Version 0 lists client metrics whatever is asked for, so it answers this question and no other.
      ...(onlyClientMetrics ? {} : { minVersion: 1 }),
      request: (_keys, { version }) => ({ resourceTypes: version === 0 ? [] : types.map(configResourceNumber) }),
      read: (answer, keys) =>
        unlessFailed(answer, keys, () => {
          const value = answer.configResources.flatMap(({ resourceType, resourceName }) => {
            const type = configResourceTypeOf(resourceType)
            return type === undefined ? [] : [{ type, name: resourceName }]
          })
          return [[undefined, { value }]]
        }),
    }),
  }
}
