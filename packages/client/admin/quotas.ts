import { AlterClientQuotas, DescribeClientQuotas } from '@odradek/protocol/messages'
import type { Waiting } from '../waiting.ts'
import { checkList, checkName, refuse } from './check.ts'
import { KeyedMap } from './keyed-map.ts'
import type { KeyKind } from './keys.ts'
import { question, unlessFailed, verdict } from './operation.ts'
import type { Operation } from './operation.ts'
import type { PerItem } from './per-item.ts'
import type { Runner } from './runner.ts'
import { anyBroker } from './targets/brokers.ts'

/**
 * Whom a quota is for: `{ user: 'alice' }`, `{ user: 'alice', 'client-id': 'shop' }`, `{ ip: '10.0.0.3' }`.
 * Null is the default of that type, for all who have none of their own.
 */
export type ClientQuotaEntity = Readonly<Record<string, string | null>>

/** One type of entity that is looked for: of that name, the default, or any. */
export interface ClientQuotaFilterComponent {
  readonly entityType: 'user' | 'client-id' | 'ip' | (string & {})
  readonly match: { readonly name: string } | 'default' | 'any'
}

export interface ClientQuotaFilter {
  readonly components: readonly ClientQuotaFilterComponent[]
  /** Entities that also have other types are left out. */
  readonly strict?: boolean | undefined
}

/** Quotas of an entity as they shall be: `{ producer_byte_rate: 1_048_576 }`; null removes one. */
export interface ClientQuotaAlteration {
  readonly entity: ClientQuotaEntity
  readonly ops: Readonly<Record<string, number | null>>
}

export interface QuotasAdmin {
  /**
   * Quotas by entity (KIP-546); all of them without a filter.
   *
   * ```ts
   * const quotas = await admin.describeClientQuotas({ components: [{ entityType: 'user', match: { name: 'alice' } }] })
   * quotas.get({ user: 'alice' })?.get('producer_byte_rate')
   * ```
   */
  describeClientQuotas(filter?: ClientQuotaFilter, options?: Waiting): Promise<ReadonlyMap<ClientQuotaEntity, ReadonlyMap<string, number>>>

  /**
   * Sets and removes quotas; those not named stay.
   *
   * ```ts
   * await admin.alterClientQuotas([{ entity: { user: 'alice' }, ops: { producer_byte_rate: 1_048_576, consumer_byte_rate: null } }])
   * ```
   */
  alterClientQuotas(
    alterations: readonly ClientQuotaAlteration[],
    options?: Waiting & { readonly validateOnly?: boolean | undefined },
  ): PerItem<ClientQuotaEntity, void>
}

export function quotasAdmin(runner: Runner): QuotasAdmin {
  return {
    describeClientQuotas: (filter = { components: [] }, options) => runner.one(describeClientQuotas(filter), options),

    alterClientQuotas(alterations, { validateOnly = false, ...waiting } = {}) {
      checkList('alterClientQuotas', 'alterations', alterations)
      const byEntity = new KeyedMap<ClientQuotaEntity, ClientQuotaAlteration>(entities.identify)
      for (const alteration of alterations) {
        const { entity, ops } = alteration
        if (Object.keys(entity).length === 0) refuse('alterClientQuotas', 'an entity is empty', "Say whom it is for: { user: 'alice' }.")
        for (const [type, name] of Object.entries(entity)) if (name !== null) checkName('alterClientQuotas', type, name)
        for (const [key, value] of Object.entries(ops)) {
          if (value !== null && !Number.isFinite(value))
            refuse('alterClientQuotas', `${key} is ${value}`, 'Give a number, or null to remove it.')
        }
        if (byEntity.has(entity)) refuse('alterClientQuotas', `${entities.print(entity)} is named twice`, 'Put its ops together.')
        byEntity.set(entity, alteration)
      }
      return runner.items(alterClientQuotas(byEntity, validateOnly), entities, [...byEntity.keys()], waiting)
    },
  }
}

/** Two entities are the same when they say the same of each type, in whatever order. */
const entities: KeyKind<ClientQuotaEntity> = {
  identify: (entity) => JSON.stringify(Object.entries(entity).toSorted(([one], [other]) => (one < other ? -1 : 1))),
  print: (entity) =>
    Object.entries(entity)
      .map(([type, name]) => `${type} ${name ?? '(default)'}`)
      .join(', '),
}

type WireEntity = readonly { readonly entityType: string; readonly entityName: string | null }[]

const entityOf = (parts: WireEntity): ClientQuotaEntity =>
  Object.fromEntries(parts.map(({ entityType, entityName }) => [entityType, entityName]))

const wireEntity = (entity: ClientQuotaEntity): WireEntity =>
  Object.entries(entity).map(([entityType, entityName]) => ({ entityType, entityName }))

function describeClientQuotas({
  components,
  strict = false,
}: ClientQuotaFilter): Operation<undefined, ReadonlyMap<ClientQuotaEntity, ReadonlyMap<string, number>>> {
  return {
    name: 'describeClientQuotas',
    target: anyBroker(),
    ask: question({
      api: DescribeClientQuotas,
      request: () => ({
        components: components.map(({ entityType, match }) => {
          if (match === 'default') return { entityType, matchType: 1, match: null }
          if (match === 'any') return { entityType, matchType: 2, match: null }
          return { entityType, matchType: 0, match: match.name }
        }),
        strict,
      }),
      read: (answer, keys) =>
        unlessFailed(answer, keys, () => {
          const quotas = (answer.entries ?? []).map(
            ({ entity, values }) => [entityOf(entity), new Map(values.map(({ key, value }) => [key, value]))] as const,
          )
          return [[undefined, { value: new KeyedMap<ClientQuotaEntity, ReadonlyMap<string, number>>(entities.identify, quotas) }]]
        }),
    }),
  }
}

function alterClientQuotas(
  alterations: KeyedMap<ClientQuotaEntity, ClientQuotaAlteration>,
  validateOnly: boolean,
): Operation<ClientQuotaEntity, void> {
  return {
    name: 'alterClientQuotas',
    target: anyBroker(),
    ask: question({
      api: AlterClientQuotas,
      request: (keys) => ({
        entries: keys.map((entity) => ({
          entity: wireEntity(entity),
          ops: Object.entries(alterations.get(entity)?.ops ?? {}).map(([key, value]) => ({
            key,
            value: value ?? 0,
            remove: value === null,
          })),
        })),
        validateOnly,
      }),
      read: ({ entries }) => entries.map((entry) => [entityOf(entry.entity), verdict(entry, () => undefined)]),
    }),
  }
}
