import type { ConfigResource } from '../image/config-resource.ts'
import { encodeConfig } from '../image/configs-image.ts'
import type { ConfigEntries, ConfigImage } from '../image/configs-image.ts'
import { keys } from '../image/keys.ts'
import { invalidTopicName } from '../image/topic-names.ts'
import type { Change } from '../store.ts'
import { checkValueSizes } from './config-values.ts'
import type { Decision, DecisionContext } from './decision.ts'
import { duplicatesOf } from './duplicates.ts'
import { clearEligible, refusedMinIsr } from './min-isr-changes.ts'
import { done, refused } from './outcome.ts'
import type { Outcome } from './outcome.ts'

/** What to do with a setting. APPEND and SUBTRACT are for lists (KIP-339). */
export type ConfigOperation = 'set' | 'delete' | 'append' | 'subtract'

export interface ConfigAlteration {
  readonly name: string
  /** Undefined: an operation that this version does not know. */
  readonly operation: ConfigOperation | undefined
  readonly value: string | null
}

/** Changes of some settings of a resource; all others stay. */
export interface IncrementalAlteration {
  readonly resource: ConfigResource
  readonly configs: readonly ConfigAlteration[]
}

/** All settings of a resource; those that are not named are reset. */
export interface FullAlteration {
  readonly resource: ConfigResource
  readonly configs: readonly { readonly name: string; readonly value: string | null }[]
}

/**
 * Decides on changes of settings. A resource gets all of its changes or none, and its settings are checked as they would be
 * in the end. One answer a resource, in the order of the request.
 */
export function incrementalAlterConfigs(
  context: DecisionContext,
  alterations: readonly IncrementalAlteration[],
  validateOnly: boolean,
): Decision<readonly Outcome[]> {
  return alterAll(context, alterations, validateOnly, altered)
}

/** The older API (AlterConfigs): what is given replaces all that was set. */
export function alterConfigs(
  context: DecisionContext,
  alterations: readonly FullAlteration[],
  validateOnly: boolean,
): Decision<readonly Outcome[]> {
  return alterAll(context, alterations, validateOnly, replaced)
}

function alterAll<A extends IncrementalAlteration | FullAlteration>(
  context: DecisionContext,
  alterations: readonly A[],
  validateOnly: boolean,
  alter: (context: DecisionContext, alteration: A, before: ConfigEntries) => Altered,
): Decision<readonly Outcome[]> {
  const twice = duplicatesOf(alterations.map(({ resource }) => keys.config(resource)))
  // By key: the clearing of eligible replicas may touch one partition for several resources.
  const changes = new Map<string, Change>()
  const answer = alterations.map((alteration): Outcome => {
    const { resource, configs } = alteration
    if (twice.has(keys.config(resource))) return refused('INVALID_REQUEST', 'Each resource must appear at most once.')
    if (duplicatesOf(configs.map(({ name }) => name)).size > 0) return refused('INVALID_REQUEST', 'Error due to duplicate config keys')
    const before = context.image.configs.get(resource)
    const { entries, outcome } = alter(context, alteration, before.entries)
    if (outcome !== undefined) return outcome
    const wrong = check(context, resource, entries, before.entries)
    if (wrong !== undefined) return wrong
    const change = changeOf(resource, entries, before)
    if (change !== undefined)
      for (const each of [change, ...clearEligible(context, resource, entries, before.entries)]) changes.set(each.key, each)
    return done
  })
  return { changes: validateOnly ? [] : Array.from(changes.values()), answer }
}

/** The settings as they would be, unless there is an `outcome` that says why they can't be. */
interface Altered {
  readonly entries: ConfigEntries
  readonly outcome?: Outcome
}

function altered({ rules }: DecisionContext, { resource, configs }: IncrementalAlteration, before: ConfigEntries): Altered {
  const nulls = configs.filter(({ operation, value }) => operation !== 'delete' && value === null)
  if (nulls.length > 0) return { entries: before, outcome: nullValues(nulls) }
  const entries = new Map(before)
  for (const { name, operation, value } of configs) {
    if (operation === undefined) return { entries, outcome: refused('INVALID_REQUEST', `Unknown operation for the setting ${name}`) }
    if (operation === 'delete') entries.delete(name)
    else if (operation === 'set') entries.set(name, value ?? '')
    else if (rules.isList(resource.type, name)) {
      const current = elements(entries.get(name) ?? rules.defaultOf(resource.type, name) ?? '')
      entries.set(name, (operation === 'append' ? appended : subtracted)(current, (value ?? '').split(',')).join(','))
    } else {
      const message = `Can't ${operation.toUpperCase()} to key ${name} because its type is not LIST.`
      return { entries, outcome: refused('INVALID_CONFIG', message) }
    }
  }
  return { entries }
}

function replaced(_context: DecisionContext, { configs }: FullAlteration, before: ConfigEntries): Altered {
  const nulls = configs.filter(({ value }) => value === null)
  if (nulls.length > 0) return { entries: before, outcome: nullValues(nulls) }
  return { entries: new Map(configs.map(({ name, value }) => [name, value ?? ''])) }
}

function nullValues(configs: readonly { readonly name: string }[]): Outcome {
  return refused('INVALID_REQUEST', `Null value not supported for : ${configs.map(({ name }) => name).join(', ')}`)
}

function check(context: DecisionContext, resource: ConfigResource, entries: ConfigEntries, before: ConfigEntries): Outcome | undefined {
  return (
    checkName(resource) ??
    refusedMinIsr(context, resource, entries, before) ??
    checkValueSizes(entries) ??
    context.rules.validate(resource, entries, before) ??
    checkExistence(context, resource)
  )
}

function checkName({ type, name }: ConfigResource): Outcome | undefined {
  const invalid = type === 'topic' && name !== '' ? invalidTopicName(name) : undefined
  return invalid === undefined ? undefined : refused('INVALID_TOPIC_EXCEPTION', invalid)
}

function checkExistence({ image }: DecisionContext, { type, name }: ConfigResource): Outcome | undefined {
  if (type === 'topic' && image.topics.byName(name) === undefined) {
    return refused('UNKNOWN_TOPIC_OR_PARTITION', `The topic '${name}' does not exist.`)
  }
  if (type === 'broker' && name !== '' && image.brokers.get(Number(name)) === undefined) {
    return refused('BROKER_ID_NOT_REGISTERED', `No node with id ${name} found.`)
  }
  return undefined
}

/** Undefined when nothing would change. A resource without settings has no key. */
function changeOf(resource: ConfigResource, entries: ConfigEntries, before: ConfigImage): Change | undefined {
  const same = entries.size === before.entries.size && Array.from(entries).every(([name, value]) => before.entries.get(name) === value)
  if (same) return undefined
  return { key: keys.config(resource), value: entries.size === 0 ? undefined : encodeConfig(entries), expected: before.revision }
}

function elements(list: string): readonly string[] {
  return list.split(',').filter((element) => element !== '')
}

function appended(list: readonly string[], added: readonly string[]): readonly string[] {
  return [...list, ...added.filter((element, index) => !list.includes(element) && added.indexOf(element) === index)]
}

function subtracted(list: readonly string[], removed: readonly string[]): readonly string[] {
  return list.filter((element) => !removed.includes(element))
}
