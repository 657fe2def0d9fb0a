/** How Kafka's name of a setting is spelled in code: `max.poll.records` → `maxPollRecords`, `odradek.prefetch.max.bytes` → `prefetchMaxBytes`. */
export type CamelCase<Name extends string> = Name extends `odradek.${infer Rest}` ? Joined<Rest> : Joined<Name>

type Joined<Name extends string> = Name extends `${infer Word}.${infer Rest}` ? `${Word}${Capitalize<Joined<Rest>>}` : Name

/** The same at run time, for names of settings: they are few, and each client asks for all of them several times. */
export function camelCase(name: string): string {
  let spelled = known.get(name)
  if (spelled === undefined) {
    spelled = name.replace(/^odradek\./, '').replaceAll(/\.(\w)/g, (_match, letter: string) => letter.toUpperCase())
    if (known.size < 1_000) known.set(name, spelled)
  }
  return spelled
}

const known = new Map<string, string>()
