import { lookup } from 'node:dns/promises'
import { illegalArgument } from '../java-error.ts'
import { parseInt32 } from '../java-numbers.ts'
import type { Usage } from '../options/usage.ts'
import { defaultFlags, entityFlags } from './configs-options.ts'
import type { ConfigsOptions, Entities } from './configs-options.ts'

const knownTypes = ['topics', 'clients', 'users', 'brokers', 'ips', 'client-metrics', 'groups', 'broker-loggers']

/** Types whose default can be altered. */
const typesWithDefaults = ['users', 'clients', 'brokers', 'ips']

/** Checks that a command line goes together, before anybody is asked. */
export async function checkArguments(options: ConfigsOptions, entities: Entities, usage: Usage): Promise<void> {
  if (options.has('alter') === options.has('describe')) usage.fail('Command must include exactly one action: --describe, --alter')
  usage.invalid(options, 'describe', 'alter', 'add-config', 'delete-config')
  checkTypes(options, entities)
  await checkNames(options, entities)
  if (options.has('describe')) checkDescribe(options, entities)
  else checkAlter(options, entities)
}

function checkTypes(options: ConfigsOptions, { types }: Entities): void {
  const twice = types.filter((type, index) => types.indexOf(type) !== index)
  refuseIf(twice.length > 0, `Duplicate entity type(s) specified: ${twice.join(',')}`)
  const servers = (['bootstrap-server', 'bootstrap-controller'] as const).filter((name) => options.has(name))
  refuseIf(servers.length === 0, 'Either --bootstrap-server or --bootstrap-controller must be specified.')
  const unknown = types.find((type) => !knownTypes.includes(type))
  refuseIf(
    unknown !== undefined,
    `Invalid entity type ${unknown}, the entity type must be one of ${knownTypes.join(', ')} with a --bootstrap-server or --bootstrap-controller argument`,
  )
  refuseIf(types.length === 0, 'At least one entity type must be specified')
  refuseIf(
    types.length > 1 && types.some((type) => type !== 'users' && type !== 'clients'),
    "Only 'users' and 'clients' entity types may be specified together",
  )
  const isGeneral = options.has('entity-name') || options.has('entity-type') || options.has('entity-default')
  refuseIf(
    isGeneral && [...entityFlags, ...defaultFlags].some(([name]) => options.has(name)),
    '--entity-{type,name,default} should not be used in conjunction with specific entity flags',
  )
  refuseIf(servers.length > 1, 'Only one of --bootstrap-server or --bootstrap-controller can be specified')
}

async function checkNames(options: ConfigsOptions, { types, names }: Entities): Promise<void> {
  if (!names.some((name) => name !== '')) return
  const [type = ''] = types
  if (types.includes('brokers') || types.includes('broker-loggers')) {
    for (const name of ['entity-name', 'broker', 'broker-logger'] as const) {
      if (!options.has(name)) continue
      const id = options.value(name) ?? ''
      refuseIf(!isBrokerId(id), `The entity name for ${type} must be a valid integer broker id, but it is: ${id}`)
    }
  }
  if (!types.includes('ips')) return
  for (const name of ['entity-name', 'ip'] as const) {
    if (!options.has(name)) continue
    const address = options.value(name) ?? ''
    refuseIf(!(await isResolvable(address)), `The entity name for ${type} must be a valid IP or resolvable host, but it is: ${address}`)
  }
}

function checkDescribe(options: ConfigsOptions, { types, names }: Entities): void {
  refuseIf(
    options.has('entity-default') && !types.some((type) => typesWithDefaults.includes(type)),
    `--entity-default must not be specified with --describe of ${types.join(',')}`,
  )
  refuseIf(
    types.includes('broker-loggers') && !names.some((name) => name !== ''),
    `An entity name must be specified with --describe of ${types.join(',')}`,
  )
}

function checkAlter(options: ConfigsOptions, { types, names }: Entities): void {
  if (types.some((type) => typesWithDefaults.includes(type))) {
    refuseIf(names.length === 0, 'An entity-name or default entity must be specified with --alter of users, clients, brokers or ips')
  } else {
    refuseIf(!names.some((name) => name !== ''), `An entity name must be specified with --alter of ${types.join(',')}`)
  }
  const [adds, addsFile] = [options.has('add-config'), options.has('add-config-file')]
  refuseIf(adds && addsFile, 'Only one of --add-config or --add-config-file must be specified')
  refuseIf(
    !adds && !addsFile && !options.has('delete-config'),
    'At least one of --add-config, --add-config-file, or --delete-config must be specified with --alter',
  )
}

function isBrokerId(text: string): boolean {
  try {
    parseInt32(text)
    return true
  } catch {
    return false
  }
}

async function isResolvable(host: string): Promise<boolean> {
  try {
    await lookup(host)
    return true
  } catch {
    return false
  }
}

function refuseIf(isWrong: boolean, message: string): void {
  if (isWrong) throw illegalArgument(message)
}
