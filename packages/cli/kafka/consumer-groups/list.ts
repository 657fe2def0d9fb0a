import type { Admin, GroupListing, GroupType } from '@odradek/client'
import { columnsLine, widthOf } from '../columns.ts'
import { illegalArgument } from '../java-error.ts'
import { hashMapOrder, hashOfText } from '../java-hash-order.ts'
import { wrapped } from './group-error.ts'
import type { GroupsOptions } from './options.ts'

const states = ['Unknown', 'PreparingRebalance', 'CompletingRebalance', 'Stable', 'Dead', 'Empty', 'Assigning', 'Reconciling'] as const
const types = ['classic', 'consumer'] as const

/** The ids of all groups of consumers, in the order of Kafka's tool. */
export async function consumerGroups(admin: Admin, timeoutMs: number): Promise<readonly string[]> {
  return (await listed(admin, timeoutMs, {})).map(({ groupId }) => groupId)
}

/** What `--list` prints. */
export async function listGroups(admin: Admin, options: GroupsOptions, timeoutMs: number): Promise<string> {
  const [withType, withState] = [options.has('type'), options.has('state')]
  if (!withType && !withState) return (await consumerGroups(admin, timeoutMs)).map((group) => `${group}\n`).join('')
  const wantedTypes = typesOf(options.value('type'))
  const wantedStates = statesOf(options.value('state'))
  const groups = await listed(admin, timeoutMs, {
    ...(wantedTypes.length === 0 ? {} : { types: wantedTypes }),
    ...(wantedStates.length === 0 ? {} : { states: wantedStates }),
  })
  const names: Readonly<Record<string, string>> = { classic: 'Classic', consumer: 'Consumer', share: 'Share', streams: 'Streams' }
  const widths = [
    groups.length === 0
      ? 25
      : widthOf(
          15,
          groups.map(({ groupId }) => groupId),
        ) + 10,
    20,
    20,
  ]
  const row = (group: string, type: string, state: string): string =>
    `${columnsLine(widths, [group, ...(withType ? [type] : []), ...(withState ? [state] : [])])}\n`
  return [
    row('GROUP', 'TYPE', 'STATE'),
    ...groups.map(({ groupId, type, state }) => row(groupId, names[type ?? ''] ?? 'Unknown', state ?? 'Unknown')),
  ].join('')
}

async function listed(
  admin: Admin,
  timeoutMs: number,
  filter: { readonly types?: readonly GroupType[]; readonly states?: readonly string[] },
): Promise<readonly GroupListing[]> {
  const { groups, errors } = await wrapped(admin.listGroups({ ...filter, protocolTypes: ['consumer', ''], timeoutMs }))
  const [first] = errors
  if (first !== undefined) await wrapped(Promise.reject(first.error))
  const found = new Map(groups.map((group) => [group.groupId, group]))
  const ofConsumers = [...found.values()].filter(({ type }) => type !== 'share' && type !== 'streams')
  return hashMapOrder(ofConsumers, ({ groupId }) => hashOfText(groupId))
}

function statesOf(text: string | undefined): readonly string[] {
  if (text === undefined || text === '') return []
  const wanted = text.split(',').map((word) => states.find((state) => state.toLowerCase() === word.trim().toLowerCase()) ?? 'Unknown')
  if (wanted.includes('Unknown'))
    throw illegalArgument(
      `Invalid state list '${text}'. Valid states are: Empty, Assigning, Reconciling, Dead, PreparingRebalance, CompletingRebalance, Stable`,
    )
  return wanted
}

function typesOf(text: string | undefined): readonly GroupType[] {
  if (text === undefined || text === '') return []
  const wanted = text.split(',').map((word) => types.find((type) => type === word.trim().toLowerCase()))
  const known = wanted.filter((type) => type !== undefined)
  if (known.length < wanted.length) throw illegalArgument(`Invalid types list '${text}'. Valid types are: Consumer, Classic`)
  return known
}
