import type { GroupView } from './group-view.ts'

/** What a group must be like; what is left out does not matter. */
export interface GroupExpectation {
  readonly state?: GroupView['state']
  readonly lag?: number
  readonly members?: number
}

export function isAsExpected(group: GroupView, wanted: GroupExpectation): boolean {
  if (group.state === 'Dead' && wanted.state !== 'Dead') return false
  return (
    (wanted.state ?? group.state) === group.state &&
    (wanted.lag ?? group.lag) === group.lag &&
    (wanted.members ?? group.members.length) === group.members.length
  )
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
