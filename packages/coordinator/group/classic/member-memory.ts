import type { Member, Protocol } from './member.ts'

/** What the members of some groups hold in memory, in bytes: roughly, and rather too much than too little. */
export class MemberMemory {
  heldBytes = 0
}

/** Bytes of a member, and of the one request that waits for it. */
export function memberBytes(
  groupId: string,
  member: Pick<Member, 'memberId' | 'instanceId' | 'clientId' | 'protocols' | 'assignment'>,
): number {
  const { memberId, instanceId = '', clientId, protocols, assignment } = member
  const names = memberId.length + instanceId.length + clientId.length
  return pendingBytes(groupId, memberId) + names + introductionBytes(protocols) + assignment.length
}

/** Bytes of an id that was given out. */
export function pendingBytes(groupId: string, memberId: string): number {
  return objectBytes + groupId.length + memberId.length
}

/** Bytes of what a member says about itself. */
export function introductionBytes(protocols: readonly Protocol[]): number {
  let bytes = 0
  for (const { name, metadata } of protocols) bytes += protocolBytes + name.length + metadata.length
  return bytes
}

/** Objects, timers, and places in maps. */
const objectBytes = 1_024
const protocolBytes = 200
