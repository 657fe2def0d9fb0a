import { errorCode } from '@odradek/protocol'
import { LeaveGroup } from '@odradek/protocol/messages'
import type { Waiting } from '../waiting.ts'
import { checkList, checkName, refuse } from './check.ts'
import type { ConsumerGroupsAdmin } from './consumer-groups.ts'
import { unlessFailed } from './operation.ts'
import type { Operation, Verdict } from './operation.ts'
import type { PerItem } from './per-item.ts'
import type { KeyKind } from './keys.ts'
import type { Runner } from './runner.ts'
import { coordinators } from './targets/coordinators.ts'

/** A member by its `group.instance.id` (a static member), or by the id that the coordinator gave it. */
export type MemberToRemove = { readonly groupInstanceId: string } | { readonly memberId: string }

export interface GroupMembersAdmin {
  /**
   * Makes members leave their group, without waiting for their session to time out (KIP-345). Those that still run will join again.
   *
   * `'all'` removes everybody. Brokers before 2.4 can only remove by member id, one at a time.
   *
   * ```ts
   * await admin.removeMembersFromConsumerGroup('billing', [{ groupInstanceId: 'billing-3' }], { reason: 'its host is gone' })
   * ```
   */
  removeMembersFromConsumerGroup(
    groupId: string,
    members: readonly MemberToRemove[] | 'all',
    options?: Waiting & { readonly reason?: string | undefined },
  ): PerItem<MemberToRemove, void>
}

/** Brokers refuse a longer one. */
const longestReason = 255

export function groupMembersAdmin(runner: Runner, consumerGroups: ConsumerGroupsAdmin): GroupMembersAdmin {
  return {
    removeMembersFromConsumerGroup(groupId, members, { reason, ...waiting } = {}) {
      const name = 'removeMembersFromConsumerGroup'
      checkName(name, 'groupId', groupId)
      const operation = removeMembers(groupId, reason === undefined || reason === '' ? 'member was removed by an admin' : reason)
      if (members === 'all') {
        return runner.itemsAfter(name, memberKeys, waiting, async (within) => {
          const description = await consumerGroups.describeConsumerGroups([groupId], within).of(groupId)
          const keys = description.members.map(({ groupInstanceId, memberId }) =>
            groupInstanceId === undefined ? { memberId } : { groupInstanceId },
          )
          return { operation, keys }
        })
      }
      checkList(name, 'members', members)
      if (members.length === 0) refuse(name, 'members is empty', "Name the members, or give 'all'.")
      return runner.items(operation, memberKeys, members, waiting)
    },
  }
}

const memberKeys: KeyKind<MemberToRemove> = {
  identify: (member) => ('groupInstanceId' in member ? `instance ${member.groupInstanceId}` : `member ${member.memberId}`),
  print: (member) => ('groupInstanceId' in member ? member.groupInstanceId : member.memberId),
}

function removeMembers(groupId: string, reason: string): Operation<MemberToRemove, void> {
  return {
    name: `removeMembersFromConsumerGroup ${groupId}`,
    target: coordinators('group', () => groupId),
    async ask(broker, keys) {
      const version = await broker.versionFor(LeaveGroup)
      if (version < 3) return Promise.all(keys.map(async (key) => [key, await leaveAlone(key)] as const))
      const members = keys.map((key) =>
        'groupInstanceId' in key
          ? { memberId: '', groupInstanceId: key.groupInstanceId }
          : { memberId: key.memberId, groupInstanceId: null },
      )
      const answer = await broker.call(
        LeaveGroup,
        { groupId, memberId: '', members: members.map((member) => ({ ...member, reason: reason.slice(0, longestReason) })) },
        { minVersion: 3 },
      )
      return unlessFailed(answer, keys, () =>
        answer.members.map(({ groupInstanceId, memberId, errorCode: code }): readonly [MemberToRemove, Verdict<void>] => [
          groupInstanceId === null ? { memberId } : { groupInstanceId },
          code === 0 ? { value: undefined } : { code },
        ]),
      )

      async function leaveAlone(key: MemberToRemove): Promise<Verdict<void>> {
        if ('groupInstanceId' in key)
          return { code: errorCode('UNSUPPORTED_VERSION'), said: `broker ${broker.id} knows no static members (before 2.4)` }
        const { errorCode: code } = await broker.call(LeaveGroup, { groupId, memberId: key.memberId }, { maxVersion: 2 })
        return code === 0 ? { value: undefined } : { code }
      }
    },
  }
}
