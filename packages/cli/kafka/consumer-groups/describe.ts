import type { Admin, ConsumerGroupDescription, Partitions } from '@odradek/client'
import type { Terminal } from '../../terminal.ts'
import { columnsLine, widthOf } from '../columns.ts'
import { JavaError } from '../java-error.ts'
import { describedGroups, partitionRows } from './group-facts.ts'
import type { PartitionRow } from './group-facts.ts'
import type { GroupsOptions } from './options.ts'

/** `--describe`, in its three forms. */
export async function describeGroups(
  admin: Admin,
  groups: readonly string[],
  options: GroupsOptions,
  { terminal, timeoutMs }: { readonly terminal: Terminal; readonly timeoutMs: number },
): Promise<void> {
  const verbose = options.has('verbose')
  for (const [group, description] of await describedGroups(admin, groups, timeoutMs)) {
    if (options.has('members')) printMembers(terminal, group, description, verbose)
    else if (options.has('state')) printState(terminal, group, description, verbose)
    else printOffsets(terminal, group, description.state, await partitionRows(admin, group, description, timeoutMs), verbose)
  }
}

const missing = '-'
const shown = (value: string | number | undefined): string => (value === undefined ? missing : String(value))

/** Says what is to be said of a group's state; whether there is a table to be shown. */
function hasTable(terminal: Terminal, group: string, state: string, rows: number): boolean {
  switch (state) {
    case 'Dead':
      void terminal.out(`\nError: Consumer group '${group}' does not exist.\n`)
      return false
    case 'Empty':
      terminal.err(`\nConsumer group '${group}' has no active members.\n`)
      break
    case 'PreparingRebalance':
    case 'CompletingRebalance':
    case 'Assigning':
    case 'Reconciling':
      terminal.err(`\nWarning: Consumer group '${group}' is rebalancing.\n`)
      break
    case 'Stable':
      break
    default:
      throw new JavaError('org.apache.kafka.common.KafkaException', `Expected a valid consumer group state, but found '${state}'.`)
  }
  return rows > 0
}

function printOffsets(terminal: Terminal, group: string, state: string, rows: readonly PartitionRow[], verbose: boolean): void {
  if (!hasTable(terminal, group, state, rows.length)) return
  const epoch = <Cell>(cell: Cell): readonly Cell[] => (verbose ? [cell] : [])
  const widths = [
    Math.max(15, group.length),
    widthOf(
      15,
      rows.map(({ topic }) => topic),
    ),
    10,
    ...epoch(15),
    15,
    15,
    15,
    widthOf(
      15,
      rows.map(({ consumerId }) => shown(consumerId)),
    ),
    widthOf(
      15,
      rows.map(({ host }) => shown(host)),
    ),
    0,
  ]
  const line = (cells: readonly string[]): string => `\n${columnsLine(widths, cells)}`
  void terminal.out(
    `${[
      line([
        'GROUP',
        'TOPIC',
        'PARTITION',
        ...epoch('LEADER-EPOCH'),
        'CURRENT-OFFSET',
        'LOG-END-OFFSET',
        'LAG',
        'CONSUMER-ID',
        'HOST',
        'CLIENT-ID',
      ]),
      ...rows.map((row) =>
        line([
          group,
          row.topic,
          String(row.partition),
          ...epoch(shown(row.leaderEpoch)),
          shown(row.offset),
          shown(row.endOffset),
          shown(row.lag),
          shown(row.consumerId),
          shown(row.host),
          shown(row.clientId),
        ]),
      ),
    ].join('')}\n`,
  )
}

function printMembers(
  terminal: Terminal,
  group: string,
  { state, members, targetAssignmentEpoch }: ConsumerGroupDescription,
  verbose: boolean,
): void {
  const isShown = hasTable(terminal, group, state, members.length)
  const counted = isShown ? members : []
  const withInstance = counted.some(({ groupInstanceId }) => (groupInstanceId ?? '') !== '')
  const current = members.map(({ assignment }) => assignmentText(assignment))
  const target = members.map(({ targetAssignment = [] }) => assignmentText(targetAssignment))
  const isMigrating = counted.some(({ isClassic }) => isClassic === true) && counted.some(({ isClassic }) => isClassic === false)
  const instance = <Cell>(cell: Cell): readonly Cell[] => (withInstance ? [cell] : [])
  const more = <Cell>(...cells: readonly Cell[]): readonly Cell[] => (verbose ? cells : [])
  const widths = [
    isShown ? Math.max(15, group.length) : 15,
    widthOf(
      15,
      counted.map(({ memberId }) => memberId),
    ),
    ...instance(
      widthOf(
        17,
        counted.map(({ groupInstanceId = '' }) => groupInstanceId),
      ),
    ),
    widthOf(
      15,
      counted.map(({ host }) => host),
    ),
    widthOf(
      15,
      counted.map(({ clientId }) => clientId),
    ),
    15,
    ...more(15, widthOf(20, isShown ? current : []), 15, widthOf(20, isShown ? target : [])),
  ]
  // Without more columns a space is left behind the last one.
  const line = (cells: readonly (string | number)[]): string => `${columnsLine(widths, cells)}${verbose ? '' : ' '}\n`
  const upgraded = (cell: string): readonly string[] => (verbose && isMigrating ? [cell] : [])
  void terminal.out(
    `\n${line([
      'GROUP',
      'CONSUMER-ID',
      ...instance('GROUP-INSTANCE-ID'),
      'HOST',
      'CLIENT-ID',
      '#PARTITIONS',
      ...more('CURRENT-EPOCH', 'CURRENT-ASSIGNMENT', 'TARGET-EPOCH', 'TARGET-ASSIGNMENT'),
      ...upgraded('UPGRADED'),
    ])}${members
      .map((member, at) =>
        line([
          group,
          member.memberId,
          ...instance(member.groupInstanceId ?? ''),
          member.host,
          member.clientId,
          member.assignment.length,
          ...more(shown(member.memberEpoch), current[at] ?? missing, shown(targetAssignmentEpoch), target[at] ?? missing),
          ...upgraded(member.isClassic === undefined ? missing : String(!member.isClassic)),
        ]),
      )
      .join('')}`,
  )
}

/** `orders:0,1;users:2`. */
function assignmentText(partitions: Partitions): string {
  if (partitions.length === 0) return missing
  return [...Map.groupBy(partitions, ({ topic }) => topic)]
    .map(
      ([topic, those]) =>
        `${topic}:${those
          .map(({ partition }) => partition)
          .toSorted((a, b) => a - b)
          .join(',')}`,
    )
    .toSorted()
    .join(';')
}

function printState(terminal: Terminal, group: string, description: ConsumerGroupDescription, verbose: boolean): void {
  const { coordinator, partitionAssignor, state, members, groupEpoch, targetAssignmentEpoch } = description
  if (!hasTable(terminal, group, state, 1)) return
  const place = `${coordinator.host}:${coordinator.port}  (${coordinator.id})`
  const widths = [Math.max(15, group.length), Math.max(25, place.length), 20, 20, ...(verbose ? [15, 25] : []), 0]
  const head = [
    'GROUP',
    'COORDINATOR (ID)',
    'ASSIGNMENT-STRATEGY',
    'STATE',
    ...(verbose ? ['GROUP-EPOCH', 'TARGET-ASSIGNMENT-EPOCH'] : []),
    '#MEMBERS',
  ]
  const cells = [
    group,
    place,
    partitionAssignor === '' ? missing : partitionAssignor,
    state,
    ...(verbose ? [shown(groupEpoch), shown(targetAssignmentEpoch)] : []),
    String(members.length),
  ]
  void terminal.out(`\n${columnsLine(widths, head)}\n${columnsLine(widths, cells)}\n`)
}
