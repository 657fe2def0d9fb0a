import type { Admin, AlterConfigOp, ScramMechanism, UserScramCredentialAlteration } from '@odradek/client'
import { KafkaError } from '@odradek/client'
import { propertiesFile } from '../clients.ts'
import { illegalArgument, JavaError } from '../java-error.ts'
import { hashMapOrder, hashOfText } from '../java-hash-order.ts'
import { parseInt32 } from '../java-numbers.ts'
import { singular } from './configs-options.ts'
import type { ConfigsCall, ConfigsOptions, Entities } from './configs-options.ts'
import { alterQuotas, isQuota } from './quotas.ts'
import type { Changes } from './quotas.ts'
import { inTime, resourceOf, settingsOf } from './resources.ts'

/** `kafka-configs --alter`. */
export async function alter({ options, entities, admin, say }: ConfigsCall): Promise<void> {
  const [type = ''] = entities.types
  const [name = ''] = entities.names
  const changes: Changes = { added: addedConfigs(options), deleted: options.values('delete-config').map((key) => key.trim()) }
  if (type === 'users' || type === 'clients') await alterClients(admin, entities, changes)
  else if (type === 'ips') await alterIps(admin, entities, changes)
  else await alterSettings(admin, type, name, changes)
  say(
    name === ''
      ? `Completed updating default config for ${type} in the cluster.`
      : `Completed updating config for ${singular(type)} ${name}.`,
  )
}

/** Loggers must be there to be given a level. */
async function alterSettings(admin: Admin, type: string, name: string, { added, deleted }: Changes): Promise<void> {
  const isLogger = type === 'broker-loggers'
  if (isLogger) {
    const there = new Set((await settingsOf(admin, type, name, false)).map((entry) => entry.name))
    const unknown = [...deleted, ...added.keys()].filter((key) => !there.has(key))
    if (unknown.length > 0)
      throw new JavaError('org.apache.kafka.common.errors.InvalidConfigurationException', `Invalid broker logger(s): ${unknown.join(',')}`)
  }
  const ops: readonly AlterConfigOp[] = [
    ...deleted.map((key) => ({ op: 'delete', name: key }) as const),
    ...[...added].map(([key, value]) => ({ op: 'set', name: key, value }) as const),
  ]
  const { type: resourceType } = resourceOf(type, name)
  try {
    await inTime(admin.incrementalAlterConfigs([{ type: resourceType, name, ops }], { timeoutMs: 30_000 }))
  } catch (error) {
    if (isLogger || !(error instanceof KafkaError) || error.code !== 'UNSUPPORTED_VERSION') throw error
    throw new JavaError(
      'org.apache.kafka.common.errors.UnsupportedVersionException',
      'The INCREMENTAL_ALTER_CONFIGS API is not supported by the cluster. The API is supported starting from version 2.3.0. You may want to use an older version of this tool to interact with your cluster, or upgrade your brokers to version 2.3.0 or newer to avoid this error.',
    )
  }
}

/** Quotas of users and of clients, and credentials of users. */
async function alterClients(admin: Admin, entities: Entities, changes: Changes): Promise<void> {
  const added = hashMapOrder([...changes.added.keys()], hashOfText)
  const { deleted } = changes
  const hasQuotas = added.some(isQuota) || deleted.some(isQuota)
  if (entities.types[0] === 'clients' || entities.types.length === 2) {
    refuseUnexpected('Set', added, isQuota, "Only quota configs can be added for 'clients'")
    refuseUnexpected('ArrayBuffer', deleted, isQuota, "Only quota configs can be deleted for 'clients'")
  } else {
    const isKnown = (name: string): boolean => isQuota(name) || isScram(name)
    refuseUnexpected('Set', added, isKnown, "Only quota and SCRAM credential configs can be added for 'users'")
    refuseUnexpected('ArrayBuffer', deleted, isKnown, "Only quota and SCRAM credential configs can be deleted for 'users'")
    if (added.some(isScram) || deleted.some(isScram)) {
      if (entities.names.includes(''))
        throw illegalArgument(
          'The use of --entity-default or --user-defaults is not allowed with User SCRAM Credentials using --bootstrap-server.',
        )
      if (hasQuotas)
        throw illegalArgument("Cannot alter both quota and SCRAM credential configs simultaneously for 'users' using --bootstrap-server.")
    }
  }
  if (hasQuotas) return alterQuotas(admin, entities, changes)
  await alterCredentials(admin, entities.names[0] ?? '', changes)
}

async function alterIps(admin: Admin, entities: Entities, changes: Changes): Promise<void> {
  const unknown = [...changes.added.keys(), ...changes.deleted].filter((name) => name !== 'connection_creation_rate')
  if (unknown.length > 0)
    throw illegalArgument(
      `Only connection quota configs can be added for 'ips' using --bootstrap-server. Unexpected config names: ${unknown.join(',')}`,
    )
  await alterQuotas(admin, entities, changes)
}

/** Kafka 4.3 shows its collections as Scala prints them. */
function refuseUnexpected(
  collection: 'Set' | 'ArrayBuffer',
  names: readonly string[],
  isExpected: (name: string) => boolean,
  what: string,
): void {
  const unexpected = names.filter((name) => !isExpected(name))
  if (unexpected.length === 0) return
  throw illegalArgument(`${what} using --bootstrap-server. Unexpected config names: ${collection}(${unexpected.join(', ')})`)
}

async function alterCredentials(admin: Admin, user: string, { added, deleted }: Changes): Promise<void> {
  const deletions = deleted.filter(isScram).map((mechanism): UserScramCredentialAlteration => ({ user, mechanism, delete: true }))
  const upsertions = [...added].flatMap(([mechanism, text]): readonly UserScramCredentialAlteration[] =>
    isScram(mechanism) ? [{ user, mechanism, ...credential(mechanism, text) }] : [],
  )
  await inTime(admin.alterUserScramCredentials([...deletions, ...upsertions]))
}

const isScram = (name: string): name is ScramMechanism => name === 'SCRAM-SHA-256' || name === 'SCRAM-SHA-512'

/** `iterations=8192,password=secret`. */
function credential(mechanism: ScramMechanism, text: string): { readonly iterations: number; readonly password: string } {
  const [, count, password] = /^(?:iterations=(-?\d*),)?password=(.*)$/.exec(text) ?? []
  if (password === undefined) throw illegalArgument(`Invalid credential property ${mechanism.replaceAll('-', '_')}=${text}`)
  const iterations = count === undefined || count === '-1' ? 4096 : parseInt32(count)
  if (iterations < 4096) throw illegalArgument(`Iterations ${iterations} is less than the minimum 4096 required for ${mechanism}`)
  return { iterations, password }
}

/** What `--add-config` and `--add-config-file` say. */
function addedConfigs(options: ConfigsOptions): ReadonlyMap<string, string> {
  const file = options.has('add-config-file') ? propertiesFile(options.value('add-config-file') ?? '') : {}
  const added = new Map(Object.entries(file))
  for (const [name, value] of options.has('add-config') ? pairs(options.value('add-config') ?? '') : []) added.set(name, value)
  for (const name of added.keys()) if (!/^[$\w.-]*$/.test(name)) throw illegalArgument(`Invalid character found for config key: ${name}`)
  return added
}

/** `k1=v1,k2=[v1,v2]`: commas and equals signs between brackets belong to the value. */
function pairs(text: string): readonly (readonly [string, string])[] {
  const outside = String.raw`(?=[^\]]*(?:\[|$))`
  const entries = text.split(new RegExp(`,${outside}`))
  while (entries.length > 1 && entries.at(-1) === '') entries.pop()
  return entries.map((entry) => {
    const [name, value, ...more] = entry.split(new RegExp(String.raw`\s*=\s*${outside}`))
    if (name === undefined || value === undefined || more.length > 0) {
      throw illegalArgument(
        'requirement failed: Invalid entity config: all configs to be added must be in the format "key=val" or  "key=[val1,val2]" to group values which contain commas.',
      )
    }
    return [name.trim(), value.replaceAll(/[[\]]/g, '').trim()]
  })
}
