import type { Admin, TopicPartition } from '@odradek/client'
import { KafkaError } from '@odradek/client'
import { columnsLine, widthOf } from '../columns.ts'
import { outOfFuture } from '../in-java.ts'
import { javaMessage, javaText } from '../java-names.ts'
import { hashMapOrder, hashOfText } from '../java-hash-order.ts'
import { namedPartitions } from './partition-names.ts'

/** `--delete`: what is printed. */
export async function deleteGroups(admin: Admin, groups: readonly string[], timeoutMs: number): Promise<string> {
  const outcomes = await admin.deleteConsumerGroups(groups, { timeoutMs }).settled()
  const names = hashMapOrder([...new Set(groups)], hashOfText)
  const done = names.filter((group) => outcomes.get(group)?.ok).map((group) => `'${group}'`)
  const failed = names.flatMap((group) => {
    const outcome = outcomes.get(group)
    return outcome === undefined || outcome.ok ? [] : [`* Group '${group}' could not be deleted due to: ${javaText(outcome.error)}\n`]
  })
  if (failed.length === 0) return `Deletion of requested consumer groups (${done.join(', ')}) was successful.\n`
  const rest = done.length === 0 ? '' : `\nThese consumer groups were deleted successfully: ${done.join(', ')}\n`
  return `\nError: Deletion of some consumer groups failed:\n${failed.join('')}${rest}`
}

interface Result extends TopicPartition {
  /** Undefined when it is done. */
  readonly error: string | undefined
}

/** `--delete-offsets`: what is printed. */
export async function deleteOffsets(admin: Admin, group: string, topics: readonly string[], timeoutMs: number): Promise<string> {
  const results: Result[] = []
  const partitions = topics.filter((topic) => topic.includes(':')).flatMap(namedPartitions)
  const whole = [...new Set(topics.filter((topic) => !topic.includes(':')))]
  for (const [topic, outcome] of whole.length === 0 ? [] : await admin.describeTopics(whole, { timeoutMs }).settled()) {
    if (outcome.ok) partitions.push(...outcome.value.partitions.map(({ partition }) => ({ topic, partition })))
    else results.push({ topic, partition: -1, error: javaMessage(await outOfFuture(outcome.error)) })
  }
  let failure: KafkaError | undefined
  const outcomes = await admin.deleteConsumerGroupOffsets(group, partitions, { timeoutMs }).settled()
  for (const [{ topic, partition }, outcome] of outcomes) {
    if (!outcome.ok) failure ??= outcome.error
    results.push({ topic, partition, error: outcome.ok ? undefined : javaMessage(await outOfFuture(outcome.error)) })
  }
  const widths = [
    widthOf(
      15,
      results.map(({ topic }) => topic),
    ),
    10,
    15,
  ]
  const lines = results
    .toSorted((a, b) => (`${a.topic}${a.partition}` < `${b.topic}${b.partition}` ? -1 : 1))
    .map(({ topic, partition, error }) =>
      columnsLine(widths, [topic, partition < 0 ? '-' : partition, error === undefined ? 'Successful' : `Error: ${error}`]),
    )
  return `${verdict(group, failure)}\n${[columnsLine(widths, ['TOPIC', 'PARTITION', 'STATUS']), ...lines].join('\n')}\n`
}

function verdict(group: string, failure: KafkaError | undefined): string {
  switch (failure?.code) {
    case undefined:
      return `Request succeeded for deleting offsets from group ${group}.\n`
    case 'INVALID_GROUP_ID':
    case 'GROUP_ID_NOT_FOUND':
    case 'GROUP_AUTHORIZATION_FAILED':
    case 'NON_EMPTY_GROUP':
      return `\nError: ${javaMessage(new KafkaError(failure.code))}\n`
    case 'GROUP_SUBSCRIBED_TO_TOPIC':
    case 'TOPIC_AUTHORIZATION_FAILED':
    case 'UNKNOWN_TOPIC_OR_PARTITION':
      return '\nError: Encountered some partition-level error, see the follow-up details.\n'
    default:
      return `\nError: Encountered some unknown error: ${failure?.code ?? ''}\n`
  }
}
