import type { Admin } from '@odradek/client'
import type { OptionName } from '../options/joptsimple.ts'
import type { Options } from '../options/options.ts'

export const specs = {
  'bootstrap-server': { doc: 'The brokers to ask first.', argument: 'server to connect to' },
  'bootstrap-controller': { doc: 'The controllers to ask, instead of brokers.', argument: 'controller to connect to' },
  'command-config': { doc: 'A file with settings of the client that asks.', argument: 'command config property file' },
  alter: { doc: 'Change settings.' },
  describe: { doc: 'Show settings.' },
  all: { doc: 'Show all settings, not just those that were changed at run time.' },
  'entity-type': {
    doc: 'What has the settings: topics, clients, users, brokers, broker-loggers, ips, client-metrics or groups.',
    argument: '',
  },
  'entity-name': {
    doc: 'Which of them: name of a topic, client id, user, broker id, address, client metrics resource or group id.',
    argument: '',
  },
  'entity-default': { doc: 'The default for all clients, users, brokers or ips.' },
  'add-config': {
    doc: "Settings and their values: 'k1=v1,k2=[v1,v2,v2],k3=v3'; brackets keep a value with commas together. Users take quotas (producer_byte_rate, consumer_byte_rate, request_percentage, controller_mutation_rate) and SCRAM credentials ('SCRAM-SHA-256=[iterations=8192,password=secret]'), clients take quotas, ips take connection_creation_rate; the settings of the others are in the reference. The entity types users and clients may be given together: clients of that user.",
    argument: '',
  },
  'add-config-file': { doc: 'A properties file with settings and their values.', argument: '' },
  'delete-config': { doc: "Settings that shall have their default again: 'k1,k2'.", argument: '', separatedBy: ',' },
  topic: { doc: 'Settings of this topic.', argument: '' },
  client: { doc: 'Quotas of this client id.', argument: '' },
  'client-defaults': { doc: 'Quotas of all clients that have none of their own.' },
  user: { doc: 'Quotas and credentials of this user.', argument: '' },
  'user-defaults': { doc: 'Quotas of all users that have none of their own.' },
  broker: { doc: 'Settings of the broker with this id.', argument: '' },
  'broker-defaults': { doc: 'Settings of all brokers.' },
  'broker-logger': { doc: 'Log levels of the broker with this id.', argument: '' },
  'ip-defaults': { doc: 'Quotas of all addresses that have none of their own.' },
  ip: { doc: 'Quotas of this address.', argument: '' },
  group: { doc: 'Settings of this group.', argument: '' },
  'client-metrics': { doc: 'Settings of this client metrics resource.', argument: '' },
} as const

type Name = OptionName<typeof specs>
export type ConfigsOptions = Options<Name>

/** What the settings belong to. Users and clients may be given together; the empty name is the default of a type. */
export interface Entities {
  readonly types: readonly string[]
  readonly names: readonly string[]
}

/** What an action works with. */
export interface ConfigsCall {
  readonly options: ConfigsOptions
  readonly entities: Entities
  readonly admin: Admin
  /** Writes a line to stdout. */
  readonly say: (line: string) => void
}

/** Options that name one entity and its type. */
export const entityFlags = [
  ['topic', 'topics'],
  ['client', 'clients'],
  ['user', 'users'],
  ['broker', 'brokers'],
  ['broker-logger', 'broker-loggers'],
  ['ip', 'ips'],
  ['client-metrics', 'client-metrics'],
  ['group', 'groups'],
] as const satisfies readonly (readonly [Name, string])[]

/** Options that mean the default of a type. */
export const defaultFlags = [
  ['client-defaults', 'clients'],
  ['user-defaults', 'users'],
  ['broker-defaults', 'brokers'],
  ['ip-defaults', 'ips'],
] as const satisfies readonly (readonly [Name, string])[]

export function entitiesOf(options: ConfigsOptions): Entities {
  const flags = [...entityFlags, ...defaultFlags].filter(([name]) => options.has(name))
  const types = [...options.values('entity-type'), ...flags.map(([, type]) => type)]
  const given = [...options.values('entity-name')]
  const names = options.inOrder.flatMap((name) => {
    if (name === 'entity-default') return ['']
    return name === 'entity-name' ? (given.shift() ?? []) : []
  })
  const ofFlags = entityFlags.filter(([name]) => options.has(name)).map(([name]) => options.value(name) ?? '')
  const ofDefaults = defaultFlags.filter(([name]) => options.has(name)).map(() => '')
  return { types, names: [...names, ...ofFlags, ...ofDefaults] }
}

/** `topic` of `topics`, in sentences. */
export const singular = (type: string): string => type.slice(0, -1)
