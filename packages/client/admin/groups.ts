import { errorName } from '@odradek/protocol'
import type { KafkaError } from '@odradek/protocol'
import { DeleteGroups, ListGroups } from '@odradek/protocol/messages'
import type { Waiting } from '../waiting.ts'
import { checkList, checkName } from './check.ts'
import { brokers, names } from './keys.ts'
import { question, unlessFailed } from './operation.ts'
import type { Operation } from './operation.ts'
import type { PerItem } from './per-item.ts'
import type { Runner } from './runner.ts'
import { eachBroker } from './targets/brokers.ts'
import { coordinators } from './targets/coordinators.ts'

/** How the members of a group agree: `classic` by JoinGroup, `consumer` by KIP-848, `share` by KIP-932, `streams` by KIP-1071. */
export type GroupType = 'classic' | 'consumer' | 'share' | 'streams'

/** Kafka's words. A group of a newer broker may be in another state: then that broker's word. */
export type GroupState =
  | 'Empty'
  | 'PreparingRebalance'
  | 'CompletingRebalance'
  | 'Stable'
  | 'Dead'
  | 'Assigning'
  | 'Reconciling'
  | 'NotReady'
  | (string & {})

export interface GroupListing {
  readonly groupId: string
  /** `consumer` for consumers, `connect` for Kafka Connect, empty for groups that only commit offsets. */
  readonly protocolType: string
  /** Undefined when the broker is too old to say (before 2.6). */
  readonly state: GroupState | undefined
  /** Undefined when the broker is too old to say (before 3.8). */
  readonly type: GroupType | undefined
}

/** A broker that could not be asked, or failed; what it has is missing from the list. */
export interface BrokerFailure {
  readonly broker: number
  readonly error: KafkaError
}

export interface ListedGroups {
  readonly groups: readonly GroupListing[]
  /** Empty when the list is complete. */
  readonly errors: readonly BrokerFailure[]
}

export interface ListGroupsOptions extends Waiting {
  readonly states?: readonly GroupState[] | undefined
  readonly types?: readonly GroupType[] | undefined
  readonly protocolTypes?: readonly string[] | undefined
}

export interface GroupsAdmin {
  /**
   * The groups of the cluster, of every kind: each broker is asked for those it coordinates, and a group that two of them name is listed once (KIP-1043).
   *
   * A broker that cannot be asked is an entry of `errors`; the list has the groups of all others.
   *
   * ```ts
   * const { groups, errors } = await admin.listGroups({ states: ['Empty'] })
   * ```
   */
  listGroups(options?: ListGroupsOptions): Promise<ListedGroups>

  /** @deprecated since 4.1: `listGroups({ protocolTypes: ['consumer', ''] })` says the same. */
  listConsumerGroups(options?: Omit<ListGroupsOptions, 'protocolTypes'>): Promise<ListedGroups>

  /**
   * Deletes groups that have no members, and their offsets. Rejects with NON_EMPTY_GROUP, GROUP_ID_NOT_FOUND, GROUP_AUTHORIZATION_FAILED.
   *
   * ```ts
   * await admin.deleteConsumerGroups(['billing-test'])
   * ```
   */
  deleteConsumerGroups(groupIds: readonly string[], options?: Waiting): PerItem<string, void>
  /** The same for groups of Kafka Streams (KIP-1071). */
  deleteStreamsGroups(groupIds: readonly string[], options?: Waiting): PerItem<string, void>
  /** The same for share groups (KIP-932). */
  deleteShareGroups(groupIds: readonly string[], options?: Waiting): PerItem<string, void>
}

export function groupsAdmin(runner: Runner): GroupsAdmin {
  return {
    listGroups: (options = {}) => list(runner, 'listGroups', options),
    listConsumerGroups: (options = {}) => list(runner, 'listConsumerGroups', { ...options, protocolTypes: ['consumer', ''] }),
    deleteConsumerGroups: deletion(runner, 'deleteConsumerGroups'),
    deleteStreamsGroups: deletion(runner, 'deleteStreamsGroups'),
    deleteShareGroups: deletion(runner, 'deleteShareGroups'),
  }
}

async function list(runner: Runner, name: string, options: ListGroupsOptions): Promise<ListedGroups> {
  const settled = await runner
    .itemsAfter(name, brokers, options, async (within) => ({
      operation: listGroups(name, options),
      keys: await runner.brokers(name, within),
    }))
    .settled()
  const groups = new Map<string, GroupListing>()
  const errors: BrokerFailure[] = []
  for (const [broker, outcome] of settled) {
    if (!outcome.ok) errors.push({ broker, error: outcome.error })
    else for (const group of outcome.value) groups.set(group.groupId, group)
  }
  const { protocolTypes } = options
  const wanted = [...groups.values()].filter(({ protocolType }) => protocolTypes === undefined || protocolTypes.includes(protocolType))
  return { groups: wanted, errors }
}

function listGroups(name: string, { states = [], types = [] }: ListGroupsOptions): Operation<number, readonly GroupListing[]> {
  // All groups of brokers that know no types are classic ones, so that filter can be left to them.
  const needsTypes = types.some((type) => type !== 'classic')
  return {
    name,
    target: eachBroker,
    hints: {
      UNSUPPORTED_VERSION: 'The broker is too old to filter by type (before 3.8) or state (before 2.6): list all, and filter here.',
    },
    ask: question({
      api: ListGroups,
      minVersion: needsTypes ? 5 : states.length > 0 ? 4 : 0,
      request: (_keys, { version }) => ({ statesFilter: states, typesFilter: version >= 5 ? types : [] }),
      read: (answer, keys) =>
        unlessFailed(answer, keys, () => {
          const value = answer.groups.map(({ groupId, protocolType, groupState, groupType }) => ({
            groupId,
            protocolType,
            state: groupState === '' ? undefined : groupState,
            type: groupTypeOf(groupType),
          }))
          return keys.map((key) => [key, { value }] as const)
        }),
    }),
  }
}

const groupTypes: ReadonlySet<string> = new Set<GroupType>(['classic', 'consumer', 'share', 'streams'])
const isGroupType = (word: string): word is GroupType => groupTypes.has(word)

function groupTypeOf(word: string): GroupType | undefined {
  const lower = word.toLowerCase()
  return isGroupType(lower) ? lower : undefined
}

function deletion(runner: Runner, name: string): (groupIds: readonly string[], options?: Waiting) => PerItem<string, void> {
  const operation: Operation<string, void> = {
    name,
    target: coordinators('group', (groupId) => groupId),
    ask: question({
      api: DeleteGroups,
      request: (keys) => ({ groupsNames: keys }),
      read: ({ results }) =>
        results.map(({ groupId, errorCode }) => [groupId, errorCode === 0 ? { value: undefined } : { code: errorCode }]),
    }),
  }
  return (groupIds, options) => {
    checkGroupIds(name, groupIds)
    return runner.items(operation, names, groupIds, options)
  }
}

export function checkGroupIds(call: string, groupIds: readonly string[]): void {
  checkList(call, 'groupIds', groupIds)
  for (const groupId of groupIds) checkName(call, 'a group id', groupId)
}

/** Whether a code of a newer description says that the group is of the old kind, or of none. */
export const isNotOfThisKind = (code: number): boolean => ['GROUP_ID_NOT_FOUND', 'UNSUPPORTED_VERSION'].includes(errorName(code))
