import { KafkaError } from '@odradek/client'
import type { Admin, OffsetSpec, TopicPartition } from '@odradek/client'
import type { Terminal } from '../../terminal.ts'
import { columnsLine, widthOf } from '../columns.ts'
import { illegalArgument, JavaError } from '../java-error.ts'
import { hashMapOrder, hashOfPartition } from '../java-hash-order.ts'
import { log4jLine } from '../log4j.ts'
import { wrapped } from './group-error.ts'
import { committedOffsets, keyOf } from './group-facts.ts'
import { resetTargets, usageOf } from './options.ts'
import type { GroupsOptions } from './options.ts'
import { namedPartitions } from './partition-names.ts'
import { csvOf, planFromFile } from './reset-file.ts'
import type { PlannedOffset } from './reset-file.ts'
import { dateTimeMs, isoDurationMs } from './reset-times.ts'

interface ResetCall {
  readonly admin: Admin
  readonly options: GroupsOptions
  readonly terminal: Terminal
  readonly timeoutMs: number
  readonly nowMs: number
}

/** `--reset-offsets`: plans, does it with `--execute`, and prints the plan. */
export async function resetOffsets(call: ResetCall, groups: readonly string[]): Promise<void> {
  const { admin, options, terminal, timeoutMs } = call
  const plans = new Map<string, readonly PlannedOffset[]>()
  for (const [group, outcome] of await admin.describeConsumerGroups(groups, { timeoutMs }).settled()) {
    if (!outcome.ok && !(outcome.error instanceof KafkaError && outcome.error.code === 'GROUP_ID_NOT_FOUND'))
      await wrapped(Promise.reject(outcome.error))
    const state = outcome.ok ? outcome.value.state : 'Dead'
    if (state === 'Empty' || state === 'Dead') plans.set(group, await resetGroup(call, group))
    else {
      void terminal.out(`\nError: Assignments can only be reset if the group '${group}' is inactive, but the current state is ${state}.\n`)
      plans.set(group, [])
    }
  }
  if (options.has('export')) {
    const isOne = options.values('group').length === 1
    void terminal.out(`${[...plans].map(([group, plan]) => csvOf(plan, isOne ? undefined : group)).join('')}\n`)
  } else void terminal.out(planTable(plans))
}

function planTable(plans: ReadonlyMap<string, readonly PlannedOffset[]>): string {
  const rows = [...plans].flatMap(([group, plan]) => plan.map((planned) => ({ group, ...planned })))
  const widths = [
    widthOf(15, plans.keys()),
    widthOf(
      15,
      rows.map(({ topic }) => topic),
    ),
    10,
    0,
  ]
  const lines = rows.map(({ group, topic, partition, offset }) => columnsLine(widths, [group, topic, partition, offset]))
  return `\n${[columnsLine(widths, ['GROUP', 'TOPIC', 'PARTITION', 'NEW-OFFSET']), ...lines].join('\n')}\n`
}

async function resetGroup(call: ResetCall, group: string): Promise<readonly PlannedOffset[]> {
  const { admin, options, timeoutMs } = call
  const partitions = await partitionsToReset(call, group)
  await checkPartitions(call, partitions)
  const planned = await plan(call, group, partitions)
  if (options.has('execute') && planned.length > 0) await admin.alterConsumerGroupOffsets(group, planned, { timeoutMs })
  return hashMapOrder(planned, hashOfPartition)
}

async function partitionsToReset({ admin, options, terminal, timeoutMs }: ResetCall, group: string): Promise<readonly TopicPartition[]> {
  if (options.has('all-topics'))
    return [...(await committedOffsets(admin, group, timeoutMs)).values()].map(({ topic, partition }) => ({ topic, partition }))
  const given = options.values('topic')
  if (given.length === 0) {
    if (!options.has('from-file')) usageOf(terminal).fail('One of the reset scopes should be defined: --all-topics, --topic.')
    return []
  }
  const named = given.filter((topic) => topic.includes(':')).flatMap(namedPartitions)
  const whole = given.filter((topic) => !topic.includes(':'))
  const described = whole.length === 0 ? new Map() : await admin.describeTopics(whole, { timeoutMs })
  return [
    ...named,
    ...[...described].flatMap(([topic, { partitions }]: [string, { readonly partitions: readonly TopicPartition[] }]) =>
      partitions.map(({ partition }) => ({ topic, partition })),
    ),
  ]
}

async function checkPartitions({ admin, timeoutMs }: ResetCall, partitions: readonly TopicPartition[]): Promise<void> {
  if (partitions.length === 0) return
  const topics = await wrapped(admin.describeTopics([...new Set(partitions.map(({ topic }) => topic))], { timeoutMs }))
  const found = ({ topic, partition }: TopicPartition) => topics.get(topic)?.partitions.find((one) => one.partition === partition)
  const absent = partitions.filter((place) => found(place) === undefined)
  if (absent.length > 0)
    throw new JavaError(
      'org.apache.kafka.common.errors.UnknownTopicOrPartitionException',
      `The partitions "${absent.map(keyOf).join(',')}" do not exist`,
    )
  const leaderless = partitions.filter((place) => found(place)?.leader === undefined)
  if (leaderless.length > 0)
    throw new JavaError(
      'org.apache.kafka.common.errors.LeaderNotAvailableException',
      `The partitions "${leaderless.map(keyOf).join(',')}" have no leader`,
    )
}

async function plan(call: ResetCall, group: string, partitions: readonly TopicPartition[]): Promise<readonly PlannedOffset[]> {
  const { admin, options, terminal, timeoutMs, nowMs } = call
  const at = async (places: readonly TopicPartition[], spec: OffsetSpec): Promise<readonly PlannedOffset[]> =>
    places.length === 0
      ? []
      : [
          ...(await wrapped(
            admin.listOffsets(
              places.map(({ topic, partition }) => ({ topic, partition, at: spec })),
              { timeoutMs },
            ),
          )),
        ].map(([place, { offset }]) => ({
          topic: place.topic,
          partition: place.partition,
          offset,
        }))
  const atTime = async (timestamp: number): Promise<readonly PlannedOffset[]> => {
    const found = await at(partitions, { timestamp: Math.max(0, timestamp) })
    const none = found.filter(({ offset }) => offset < 0)
    for (const { topic, partition } of none)
      void terminal.out(`\nWarn: Partition ${partition} from topic ${topic} is empty. Falling back to latest known offset.\n`)
    return [...found.filter(({ offset }) => offset >= 0), ...(await at(none, 'latest'))]
  }
  if (options.has('to-offset')) {
    const offset = Number(options.long('to-offset') ?? 0n)
    return await withinRange(
      call,
      partitions.map((place) => ({ ...place, offset })),
      at,
    )
  }
  if (options.has('to-earliest')) return await at(partitions, 'earliest')
  if (options.has('to-latest')) return await at(partitions, 'latest')
  if (options.has('shift-by')) {
    const by = Number(options.long('shift-by') ?? 0n)
    const committed = await committedOffsets(admin, group, timeoutMs)
    const shifted = partitions.map((place) => {
      const current = committed.get(keyOf(place))
      if (current === undefined)
        throw illegalArgument(`Cannot shift offset for partition ${keyOf(place)} since there is no current committed offset`)
      return { ...place, offset: current.offset + by }
    })
    return await withinRange(call, shifted, at)
  }
  if (options.has('to-datetime')) return await atTime(dateTimeMs(options.values('to-datetime')[0] ?? ''))
  if (options.has('by-duration')) return await atTime(nowMs - isoDurationMs(options.value('by-duration') ?? ''))
  if (options.has('from-file')) {
    const planned = planFromFile(options.values('from-file')[0] ?? '', options.values('group')).get(group)
    if (planned !== undefined) return await withinRange(call, planned, at)
    void terminal.out(`\nError: No reset plan for group ${group} found.\n`)
    return []
  }
  if (options.has('to-current')) {
    const committed = await committedOffsets(admin, group, timeoutMs)
    const known = partitions.flatMap(({ topic, partition }) => {
      const current = committed.get(keyOf({ topic, partition }))
      return current === undefined ? [] : [{ topic, partition, offset: current.offset }]
    })
    return [
      ...known,
      ...(await at(
        partitions.filter((place) => !committed.has(keyOf(place))),
        'latest',
      )),
    ]
  }
  return usageOf(terminal).fail(
    `Option '[reset-offsets]' requires one of the following scenarios: [${resetTargets.map((target) => `[${target}]`).join(', ')}]`,
  )
}

/** Offsets that lie outside of a log become its beginning or its end, with a warning. */
async function withinRange(
  { terminal }: ResetCall,
  wanted: readonly PlannedOffset[],
  at: (places: readonly TopicPartition[], spec: OffsetSpec) => Promise<readonly PlannedOffset[]>,
): Promise<readonly PlannedOffset[]> {
  const by = (offsets: readonly PlannedOffset[]): ReadonlyMap<string, number> => new Map(offsets.map((one) => [keyOf(one), one.offset]))
  const [begins, ends] = [by(await at(wanted, 'earliest')), by(await at(wanted, 'latest'))]
  return hashMapOrder(wanted, hashOfPartition).map((one) => {
    const [begin = 0, end = one.offset] = [begins.get(keyOf(one)), ends.get(keyOf(one))]
    const [bound, words] =
      one.offset > end ? [end, 'higher than latest'] : one.offset < begin ? [begin, 'lower than earliest'] : [one.offset, undefined]
    if (words !== undefined)
      terminal.err(
        log4jLine(
          'WARN',
          `New offset (${one.offset}) is ${words} offset for topic partition ${keyOf(one)}. Value will be set to ${bound}`,
          'org.apache.kafka.tools.OffsetsUtils',
        ),
      )
    return { ...one, offset: bound }
  })
}
