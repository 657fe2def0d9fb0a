import type { MemberSubscription } from '../../assignor.ts'
import { compareText } from './text.ts'

/** Static members by their instance id, then the others by their member id. */
export function inMemberOrder(members: Iterable<readonly [string, Pick<MemberSubscription, 'groupInstanceId'>]>): string[] {
  return [...members]
    .toSorted(([idA, { groupInstanceId: a }], [idB, { groupInstanceId: b }]) => {
      if (a !== undefined && b !== undefined) return compareText(a, b)
      if (a !== undefined) return -1
      if (b !== undefined) return 1
      return compareText(idA, idB)
    })
    .map(([id]) => id)
}
