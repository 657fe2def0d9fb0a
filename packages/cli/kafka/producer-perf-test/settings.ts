import { randomUuid } from '@odradek/common/bytes'
import type { Random } from '@odradek/common/random'
import { propertiesFile } from '../clients.ts'
import { illegalArgument } from '../java-error.ts'
import { javaSplit } from '../java-numbers.ts'
import type { Options } from './options.ts'
import { parser } from './options.ts'

/** How to reach the cluster, and as whom. */
export interface ProducerProperties {
  /** Without `transactional.id`. */
  readonly properties: Readonly<Record<string, string>>
  readonly transactions: { readonly id: string; readonly durationMs: number } | undefined
}

/** Throws what is wrong with options that are fine one by one, in Kafka's order. */
export function check(options: Options): void {
  const wrong = problemOf(options)
  if (wrong !== undefined) throw parser.exception(wrong)
}

function problemOf(options: Options): string | undefined {
  const { 'num-records': count, 'warmup-records': warmUp, 'record-size': size, 'transaction-duration-ms': durationMs } = options
  if (count <= 0) return '--num-records should be greater than zero.'
  if (warmUp >= count) {
    return 'The value for --warmup-records must be strictly fewer than the number of records in the test, --num-records.'
  }
  if (size !== undefined && size <= 0) return '--record-size should be greater than zero.'
  const waysToConnect = ['bootstrap-server', 'command-property', 'producer-props', 'producer.config', 'command-config'] as const
  if (waysToConnect.every((name) => options[name] === undefined)) {
    return 'At least one of --bootstrap-server, --command-property, --producer-props, --producer.config or --command-config must be specified.'
  }
  if (options['command-property'] !== undefined && options['producer-props'] !== undefined) {
    return '--command-property and --producer-props cannot be specified together.'
  }
  if (options['command-config'] !== undefined && options['producer.config'] !== undefined) {
    return '--command-config and --producer.config cannot be specified together.'
  }
  if (durationMs !== undefined && durationMs <= 0) return '--transaction-duration-ms should be greater than zero.'
  if (options['reporting-interval'] <= 0) return '--reporting-interval should be greater than zero.'
  return undefined
}

/** From file, single properties and options; the later ones win. */
export function propertiesOf(options: Options, random: Random): ProducerProperties {
  const file = options['command-config'] ?? options['producer.config']
  const all: Readonly<Record<string, string>> = {
    'client.id': 'perf-producer-client',
    ...(file === undefined ? {} : propertiesFile(file)),
    ...Object.fromEntries((options['command-property'] ?? options['producer-props'] ?? []).map(pair)),
    ...(options['bootstrap-server'] === undefined ? {} : { 'bootstrap.servers': options['bootstrap-server'] }),
  }
  const { 'transactional.id': idOfProperties, ...properties } = all
  const { 'transactional-id': idOfOptions, 'transaction-duration-ms': durationMs } = options
  const id = idOfOptions ?? idOfProperties ?? (durationMs === undefined ? undefined : `performance-producer-${randomUuid(random)}`)
  return { properties, transactions: id === undefined ? undefined : { id, durationMs: durationMs ?? 3000 } }
}

function pair(property: string): readonly [string, string] {
  const [name, value, ...more] = javaSplit(property, '=')
  if (name === undefined || value === undefined || more.length > 0) throw illegalArgument(`Invalid property: ${property}`)
  return [name, value]
}
