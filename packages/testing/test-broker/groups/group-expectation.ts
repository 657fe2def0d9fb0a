import type { GroupView } from './group-view.ts'

/** What a group must be like; what is left out does not matter. */
export interface GroupExpectation {
  readonly state?: GroupView['state']
  readonly lag?: number
  readonly members?: number
}

export function isAsExpected(group: GroupView, { state, lag, members }: GroupExpectation): boolean {
  if (group.state === 'Dead' && state !== 'Dead') return false
  if (state !== undefined && state !== group.state) return false
  if (members !== undefined && members !== group.members.length) return false
  return lag === undefined || (isLagKnown(group) && lag === group.lag)
}

/** While a group rebalances nobody knows yet which partitions it reads: those of which nothing is committed would not be counted. */
function isLagKnown({ state, offsets }: GroupView): boolean {
  return (state === 'Stable' || state === 'Empty') && offsets.length > 0
}

export function describeExpectation({ state, lag, members }: GroupExpectation): string {
  const parts = [
    ...(state === undefined ? [] : [`state ${state}`]),
    ...(lag === undefined ? [] : [`lag ${lag}`]),
    ...(members === undefined ? [] : [`${members} members`]),
  ]
  return parts.length === 0 ? 'to be there' : `to have ${parts.join(', ')}`
}

export function describeGroup({ state, lag, members, offsets }: GroupView): string {
  if (state === 'Dead') return 'there is no such group'
  const read = offsets.map(
    ({ topic, partition, committed, lag: behind }) => `${topic}-${partition}: committed ${committed ?? 'nothing'}, lag ${behind}`,
  )
  return `it has state ${state}, lag ${lag}, ${members.length} members${read.length === 0 ? '' : ` (${read.join('; ')})`}`
}
