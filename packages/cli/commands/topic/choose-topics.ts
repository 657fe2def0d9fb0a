import type { Admin } from '@odradek/client'
import { nearestName } from '@odradek/common/config'
import { UserError } from '@odradek/common/errors'
import { UsageError } from '../../usage-error.ts'

/** The topics that are meant by names, or with `asPattern` by regular expressions that match whole names; all (but Kafka's own) without words. */
export async function chooseTopics(
  admin: Admin,
  words: readonly string[],
  { asPattern = false, withInternal = false }: { readonly asPattern?: boolean; readonly withInternal?: boolean } = {},
): Promise<readonly string[]> {
  const listed = await admin.listTopics({ listInternal: withInternal || (!asPattern && words.length > 0) })
  const known = [...listed.keys()].toSorted()
  if (words.length === 0) return known
  if (!asPattern) {
    const missing = words.find((name) => !listed.has(name))
    if (missing !== undefined) throw noTopic(missing, known)
    return words
  }
  const patterns = words.map(patternOf)
  return known.filter((name) => patterns.some((pattern) => pattern.test(name)))
}

export function noTopic(name: string, known: Iterable<string>): UserError {
  const nearest = nearestName(name, known)
  return new UserError(
    `there is no topic ${name}.${nearest === undefined ? ' `odradek topic list` shows those that are there' : ` Did you mean ${nearest}?`}`,
  )
}

function patternOf(word: string): RegExp {
  try {
    return new RegExp(`^(?:${word})$`)
  } catch (error) {
    throw new UsageError(`${word} is no regular expression: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}
