import { nearestName } from '@odradek/common/config'
import { UserError } from '@odradek/common/errors'
import { plainValue } from '../units/setting.ts'

/** How a topic is to be. What is not said, the broker decides, or stays as it is. */
export interface TopicWish {
  readonly partitions?: number
  readonly replicas?: number
  readonly config: Readonly<Record<string, string>>
}

/**
 * Reads the content of a file of topics.
 *
 * ```yaml
 * topics:
 *   orders: { partitions: 6, config: { retention.ms: 7d } }
 *   users: { config: { cleanup.policy: compact } }
 * ```
 *
 * @throws UserError that names the place which is wrong.
 */
export function wishesOf(data: unknown, file: string): ReadonlyMap<string, TopicWish> {
  const wrong = (where: string, what: string): UserError => new UserError(`${file}: ${where} ${what}`)
  const root = fieldsOf(data, ['topics'], file, 'the file')
  const { topics } = root
  if (topics === undefined || topics === null)
    throw wrong('topics', 'is missing: write topics: with a name and its wishes in each line below')
  const wishes = new Map<string, TopicWish>()
  for (const [name, wish] of Object.entries(fieldsOf(topics, undefined, file, 'topics'))) {
    const { partitions, replicas, config = {} } = fieldsOf(wish ?? {}, ['partitions', 'replicas', 'config'], file, name)
    for (const [field, value] of Object.entries({ partitions, replicas }))
      if (value !== undefined && !(Number.isInteger(value) && Number(value) > 0))
        throw wrong(`${name}.${field}`, 'must be a number from 1 on')
    const settings = Object.entries(fieldsOf(config ?? {}, undefined, file, `${name}.config`)).map(([key, value]) => {
      if (!['string', 'number', 'boolean'].includes(typeof value) && !Array.isArray(value))
        throw wrong(`${name}.config.${key}`, 'must be a text, a number or a list')
      return [key, plainValue(key, Array.isArray(value) ? value.join(',') : String(value))] as const
    })
    wishes.set(name, {
      ...(partitions === undefined ? {} : { partitions: Number(partitions) }),
      ...(replicas === undefined ? {} : { replicas: Number(replicas) }),
      config: Object.fromEntries(settings),
    })
  }
  return wishes
}

function fieldsOf(data: unknown, known: readonly string[] | undefined, file: string, where: string): Readonly<Record<string, unknown>> {
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    throw new UserError(`${file}: ${where} must have fields, written as name: value`)
  const fields: Record<string, unknown> = { ...data }
  const unknown = known === undefined ? undefined : Object.keys(fields).find((name) => !known.includes(name))
  if (unknown === undefined) return fields
  const nearest = nearestName(unknown, known ?? [])
  throw new UserError(
    `${file}: ${where} has a field ${unknown}, which is not known.${nearest === undefined ? ` Known are ${(known ?? []).join(', ')}` : ` Did you mean ${nearest}?`}`,
  )
}
