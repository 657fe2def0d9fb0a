/** How Kafka's name of a setting is spelled in code: `max.poll.records` → `maxPollRecords`, `odradek.prefetch.max.bytes` → `prefetchMaxBytes`. */
export type CamelCase<Name extends string> = Name extends `odradek.${infer Rest}` ? Joined<Rest> : Joined<Name>

type Joined<Name extends string> = Name extends `${infer Word}.${infer Rest}` ? `${Word}${Capitalize<Joined<Rest>>}` : Name

/** The same at run time. */
export function camelCase(name: string): string {
  return name.replace(/^odradek\./, '').replaceAll(/\.(\w)/g, (_match, letter: string) => letter.toUpperCase())
}
