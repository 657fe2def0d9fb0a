import { nearestName } from '@odradek/common/config'
import { ConfigError } from './errors/config-error.ts'

/** The names that an object may have, all of them: one that is left out, or that there is not, does not compile. */
export type WordsOf<T> = { readonly [Name in NamesOf<T>]: 1 }

/** Whatever names a partition may say more about it: what `partitionsFor` gives, an offset, a record. */
type NamesOf<T> = T extends readonly (infer Item)[]
  ? NamesOf<Item>
  : T extends Uint8Array | { readonly topic: string; readonly partition: number }
    ? never
    : T extends object
      ? keyof T & string
      : never

/** Throws `ConfigError` for a name that nobody would ever look at, in an object or in each of a list. For calls, never for records. */
export function checkWords(given: unknown, known: Readonly<Record<string, 1>>, call: string): void {
  if (typeof given !== 'object' || given === null) return
  if (Array.isArray(given)) {
    for (const item of given) checkWords(item, known, call)
    return
  }
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || Object.hasOwn(known, name)) continue
    const meant = habits[name]
    const nearest = meant !== undefined && Object.hasOwn(known, meant) ? meant : nearestName(name, Object.keys(known))
    const advice = nearest === undefined ? `there are ${Object.keys(known).join(', ')}` : `did you mean ${nearest}?`
    throw new ConfigError(`${call}: ${name} is unknown here; ${advice}`, { settings: [name] })
  }
}

export const waitingWords = { signal: 1, timeoutMs: 1 } as const

/** What people write who come from elsewhere. */
const habits: Readonly<Record<string, string>> = {
  abortSignal: 'signal',
  timeout: 'timeoutMs',
  numPartitions: 'partitions',
  partitionCount: 'partitions',
  replicas: 'replicationFactor',
  configs: 'config',
  configEntries: 'config',
  replicaAssignment: 'assignments',
  partitionsConsumedConcurrently: 'concurrency',
}
