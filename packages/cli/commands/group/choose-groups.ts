import type { Admin } from '@odradek/client'
import { nearestName } from '@odradek/common/config'
import { UserError } from '@odradek/common/errors'

/** The groups that are named, or all of consumers. @throws UserError for one that is not there. */
export async function chooseGroups(admin: Admin, words: readonly string[]): Promise<readonly string[]> {
  const { groups } = await admin.listGroups({ protocolTypes: ['consumer', ''] })
  const known = groups.filter(({ type }) => type === undefined || type === 'classic' || type === 'consumer').map(({ groupId }) => groupId)
  if (words.length === 0) return known.toSorted()
  const missing = words.find((name) => !known.includes(name))
  if (missing === undefined) return words
  const nearest = nearestName(missing, known)
  throw new UserError(
    `there is no group ${missing}.${nearest === undefined ? ' `odradek group list` shows those that are there' : ` Did you mean ${nearest}?`}`,
  )
}
