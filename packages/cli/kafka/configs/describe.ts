import type { Admin, ConfigResourceType } from '@odradek/client'
import { checkTopicName } from '../topic-name.ts'
import { singular } from './configs-options.ts'
import type { ConfigsCall } from './configs-options.ts'
import { describeCredentials, describeQuotas } from './quotas.ts'
import { settingsOf } from './resources.ts'

/** `kafka-configs --describe`. */
export async function describe(call: ConfigsCall): Promise<void> {
  const { types, names } = call.entities
  const [type = ''] = types
  if (type !== 'users' && type !== 'clients' && type !== 'ips') return describeSettings(call, type, names[0])
  await describeQuotas(call)
  // Credentials belong to users alone, and not to all of them.
  if (type !== 'ips' && !types.includes('clients') && !names.includes('')) await describeCredentials(call)
}

async function describeSettings({ admin, options, say }: ConfigsCall, type: string, name: string | undefined): Promise<void> {
  const all = options.has('all')
  if (name !== undefined && !all && !(await isThere(admin, type, name))) {
    say(`The ${singular(type)} '${name}' doesn't exist and doesn't have dynamic config.`)
    return
  }
  for (const entity of name === undefined ? await entitiesOf(admin, type) : [name]) {
    say(
      entity === ''
        ? `Default configs for ${type} in the cluster are:`
        : `${all ? 'All' : 'Dynamic'} configs for ${singular(type)} ${entity} are:`,
    )
    for (const { name, value, isSensitive, synonyms } of await settingsOf(admin, type, entity, all)) {
      const from = synonyms.map((synonym) => `${synonym.source}:${synonym.name}=${synonym.value}`)
      say(`  ${name}=${value} sensitive=${isSensitive} synonyms={${from.join(', ')}}`)
    }
  }
}

async function isThere(admin: Admin, type: string, name: string): Promise<boolean> {
  if (type === 'topics') checkTopicName(name)
  if ((type === 'brokers' || type === 'broker-loggers') && name === '') return true
  return (await entitiesOf(admin, type)).includes(name)
}

async function entitiesOf(admin: Admin, type: string): Promise<readonly string[]> {
  switch (type) {
    case 'topics':
      return [...(await admin.listTopics({ listInternal: true })).keys()].toSorted()
    case 'brokers':
    case 'broker-loggers':
      return [...(await admin.describeCluster()).brokers.map(({ id }) => String(id)), '']
    case 'client-metrics':
      return resourceNames(admin, 'CLIENT_METRICS')
    default: {
      const { groups, errors } = await admin.listGroups()
      if (errors[0] !== undefined) throw errors[0].error
      return [...new Set([...groups.map(({ groupId }) => groupId), ...(await resourceNames(admin, 'GROUP'))])].toSorted()
    }
  }
}

async function resourceNames(admin: Admin, type: ConfigResourceType): Promise<readonly string[]> {
  return (await admin.listConfigResources([type])).map(({ name }) => name)
}
