import type { Admin, ConfigResource } from '@odradek/client'

/** What a change of settings does to each resource, a line a setting: `orders  retention.ms: 604800000 → 86400000`. */
export async function changePlan(
  admin: Admin,
  resources: readonly ConfigResource[],
  sets: readonly (readonly [name: string, value: string])[],
  unsets: readonly string[],
): Promise<string> {
  const now = await admin.describeConfigs(resources, { includeSynonyms: true }).settled()
  const lines: string[] = []
  for (const [resource, outcome] of now) {
    if (!outcome.ok) continue
    const entryOf = new Map([...outcome.value.values()].map((entry) => [entry.name, entry]))
    const label = resource.name === '' ? 'default' : resource.name
    for (const [name, value] of sets) {
      const before = entryOf.get(name)?.value
      if (before !== value) lines.push(`${label}  ${name}: ${before ?? 'not set'} → ${value}\n`)
      else lines.push(`${label}  ${name}: is ${value} already\n`)
    }
    for (const name of unsets) {
      const before = entryOf.get(name)
      const behind = before?.synonyms.at(-1)?.value
      if (before !== undefined) lines.push(`${label}  ${name}: ${before.value ?? 'not set'} → ${behind ?? 'the default'} (default)\n`)
    }
  }
  return lines.join('')
}
