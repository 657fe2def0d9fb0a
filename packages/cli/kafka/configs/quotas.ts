import type { Admin, ClientQuotaEntity } from '@odradek/client'
import { illegalArgument, JavaError } from '../java-error.ts'
import { javaDouble } from '../java-double.ts'
import { hashMapOrder, hashOfText } from '../java-hash-order.ts'
import type { ConfigsCall, Entities } from './configs-options.ts'
import { inTime } from './resources.ts'

export async function describeQuotas({ admin, entities, say }: ConfigsCall): Promise<void> {
  for (const [entity, quotas] of await quotasOf(admin, entities)) say(quotaLine(entity, quotas))
}

/** `Quota configs for user-principal 'alice', the default client-id are producer_byte_rate=1024.0`. */
export function quotaLine(entity: ClientQuotaEntity, quotas: ReadonlyMap<string, number>): string {
  const whom = entityWords.flatMap(([type, words]) => {
    const name = entity[type]
    if (name === undefined) return []
    return [name === null ? `the default ${words}` : `${words} '${name}'`]
  })
  const limits = hashMapOrder([...quotas.keys()], hashOfText, quotas.size).map((name) => `${name}=${javaDouble(quotas.get(name) ?? 0)}`)
  return `Quota configs for ${whom.join(', ')} are ${limits.join(', ')}`
}

const entityWords = [
  ['user', 'user-principal'],
  ['client-id', 'client-id'],
  ['ip', 'ip'],
] as const

/** Users that have no credentials are passed over. */
export async function describeCredentials({ admin, entities: { names }, say }: ConfigsCall): Promise<void> {
  const outcomes = await inTime(admin.describeUserScramCredentials(names, { timeoutMs: 30_000 }).settled())
  for (const [user, outcome] of outcomes) {
    if (outcome.ok) {
      const credentials = outcome.value.map(({ mechanism, iterations }) => `${mechanism}=iterations=${iterations}`)
      say(`SCRAM credential configs for user-principal '${user}' are ${credentials.join(', ')}`)
    } else if (outcome.error.code !== 'RESOURCE_NOT_FOUND') {
      const { javaText } = await import('../java-names.ts')
      say(`Error retrieving SCRAM credential configs for user-principal '${user}': ExecutionException: ${javaText(outcome.error)}`)
    }
  }
}

/** Sets and removes quotas; what shall be removed must be there. */
export async function alterQuotas(admin: Admin, entities: Entities, changes: Changes): Promise<void> {
  const { types, names } = entities
  if (types.length !== names.length) throw illegalArgument('Exactly one entity name must be specified for every entity type')
  const [old = new Map<string, number>()] = (await quotasOf(admin, entities)).values()
  const unknown = changes.deleted.filter((name) => !old.has(name))
  if (unknown.length > 0)
    throw new JavaError('org.apache.kafka.common.errors.InvalidConfigurationException', `Invalid config(s): ${unknown.join(',')}`)
  const entity = Object.fromEntries(types.map((type, index): [string, string | null] => [entityTypeOf(type), names[index] || null]))
  const added = [...changes.added].map(([name, text]) => [name, quota(name, text)] as const)
  const ops = Object.fromEntries([...added, ...changes.deleted.map((name) => [name, null] as const)])
  await inTime(admin.alterClientQuotas([{ entity, ops }]))
}

/** What shall become of settings. */
export interface Changes {
  readonly added: ReadonlyMap<string, string>
  readonly deleted: readonly string[]
}

async function quotasOf(admin: Admin, { types, names }: Entities): Promise<ReadonlyMap<ClientQuotaEntity, ReadonlyMap<string, number>>> {
  if (names.length > types.length) throw illegalArgument('More entity names specified than entity types')
  const components = types.map((type, index) => {
    const name = names[index]
    const match = name === undefined ? 'any' : name === '' ? 'default' : { name }
    return { entityType: entityTypeOf(type), match } as const
  })
  const found = await inTime(admin.describeClientQuotas({ components, strict: true }, { timeoutMs: 30_000 }))
  return new Map(inHashOrder([...found]))
}

type Quotas = readonly [ClientQuotaEntity, ReadonlyMap<string, number>]

function inHashOrder(quotas: readonly Quotas[]): readonly Quotas[] {
  return hashMapOrder(quotas, ([entity]) => (31 + hashOfEntity(entity)) | 0, quotas.length)
}

/** `Map.hashCode` of the entity's names. */
function hashOfEntity(entity: ClientQuotaEntity): number {
  let hash = 0
  for (const [type, name] of Object.entries(entity)) hash = (hash + (hashOfText(type) ^ (name === null ? 0 : hashOfText(name)))) | 0
  return hash
}

function entityTypeOf(type: string): string {
  return { users: 'user', clients: 'client-id', ips: 'ip' }[type] ?? type
}

function quota(name: string, text: string): number {
  const value = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?\s*$/.test(text)
    ? Number(text.trim().replace(/[fFdD]$/, ''))
    : Number.NaN
  if (Number.isNaN(value)) throw illegalArgument(`Cannot parse quota configuration value for ${name}: ${text}`)
  return value
}

export const isQuota = (name: string): boolean =>
  ['producer_byte_rate', 'consumer_byte_rate', 'request_percentage', 'controller_mutation_rate'].includes(name)
