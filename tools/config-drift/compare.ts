import type { ConfigDef, ConfigDefs } from '@odradek/common/config'

/** What Kafka declares about a setting. */
export interface ConfigFact {
  readonly of: string
  readonly name: string
  readonly type: string
  /** `(required)` when there is none. */
  readonly default: string | null
  readonly valid: string | null
  readonly scope: string
  readonly synonyms: string
  readonly isInternal: boolean
}

/** Where our declarations of one kind of resource differ from Kafka's, one sentence each. */
export function compareSettings(of: string, ours: ConfigDefs, facts: readonly ConfigFact[]): readonly string[] {
  const theirs = new Map(facts.filter((fact) => fact.of === of).map((fact) => [fact.name, fact]))
  const missing = [...theirs.keys()].filter((name) => !Object.hasOwn(ours, name)).map((name) => `${of} ${name}: not declared`)
  return [...missing, ...Object.entries(ours).flatMap(([name, def]) => compareSetting(`${of} ${name}`, def, theirs.get(name)))]
}

function compareSetting(name: string, def: ConfigDef, fact: ConfigFact | undefined): readonly string[] {
  if (fact === undefined) return def.isOurs ? [] : [`${name}: Kafka has no such setting; isOurs is missing`]
  const differences: string[] = []
  const expect = (what: string, ours: unknown, theirs: unknown): void => {
    if (ours !== theirs) differences.push(`${name}: ${what} is ${JSON.stringify(ours)}, Kafka's ${JSON.stringify(theirs)}`)
  }
  if (def.isOurs) differences.push(`${name}: Kafka has this setting too; isOurs is wrong`)
  expect('the type', def.type, fact.type)
  if (fact.default !== def.kafkaDefault) expect('the default', def.default === undefined ? '(required)' : def.default, fact.default)
  expect('the scope', def.scope, fact.scope)
  expect('isInternal', def.isInternal, fact.isInternal)
  if (isRange(fact.valid) || isRange(def.valid)) expect('the range', def.valid, fact.valid ?? '')
  if (isWords(fact.valid)) expect('the words', words(def.valid), words(fact.valid))
  if (fact.synonyms !== '') expect('the synonyms', def.synonyms.map((synonym) => synonym.name).join(' '), fact.synonyms)
  return differences
}

function isRange(valid: string | null): boolean {
  return valid?.includes(',...') === true && !valid.includes('partitionId')
}

function isWords(valid: string | null): valid is string {
  return valid !== null && /\[\w+(, \w+)+\]/.test(valid)
}

function words(valid: string): string {
  const inside = /\[(.*)\]/.exec(valid)?.[1] ?? ''
  const all = inside
    .split(', ')
    .map((word) => (valid.includes('case insensitive') || inside === inside.toUpperCase() ? word.toLowerCase() : word))
  return all.toSorted().join()
}
