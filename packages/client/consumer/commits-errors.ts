import { KafkaError } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import { errorOf, meansStaleCoordinator } from '../errors/index.ts'
import { nameOf } from '../partitions.ts'
import type { Offsets, TopicPartition } from '../partitions.ts'
import type { GroupSettings } from './membership/group-settings.ts'
import type { Membership, RejectedCommit } from './membership/membership.ts'

/** What becomes of an offset after one attempt to commit it. */
export type Verdict =
  | { readonly kind: 'done' }
  | {
      /** `again`: it may pass. `refused`: it will not. */
      readonly kind: 'again' | 'refused'
      readonly error: Error
      readonly forgetsCoordinator?: boolean
      readonly needsMetadata?: boolean
      /** The topic may have been deleted. */
      readonly isUnknownTopic?: boolean
      /** What the membership has to hear. */
      readonly tells?: RejectedCommit['code']
    }

export interface Attempt {
  readonly protocol: Membership['protocol']
  readonly settings: GroupSettings
  readonly partition?: TopicPartition
}

/** What an answer's code (undefined: the partition was left out), or an error of the whole call, means for an offset. */
export function commitVerdict(failure: unknown, { protocol, settings, partition }: Attempt): Verdict {
  if (failure === 0) return { kind: 'done' }
  const what =
    partition === undefined ? `commit to group ${settings.groupId}` : `commit of ${nameOf(partition)} to group ${settings.groupId}`
  if (failure === undefined) {
    return {
      kind: 'refused',
      error: new KafkaError('UNKNOWN_SERVER_ERROR', `UNKNOWN_SERVER_ERROR: the answer to the ${what} leaves it out`),
    }
  }
  const error = typeof failure === 'number' ? errorOf(failure) : failure
  if (!(error instanceof KafkaError))
    return { kind: 'refused', error: error instanceof Error ? error : new Error(`No ${what}`, { cause: error }) }
  const refused = (hint: string, options: { readonly fatal?: boolean; readonly tells?: RejectedCommit['code'] } = {}): Verdict => ({
    kind: 'refused',
    error: saying(error, what, hint, options.fatal === true),
    ...(options.tells === undefined ? {} : { tells: options.tells }),
  })
  switch (error.code) {
    case 'REBALANCE_IN_PROGRESS':
      return refused(
        'This member keeps its place. Commit again after the rebalance; records of partitions that go to another member come again there.',
        { tells: error.code },
      )
    case 'ILLEGAL_GENERATION':
    case 'UNKNOWN_MEMBER_ID':
      return refused(outOfGroup, { tells: error.code })
    case 'STALE_MEMBER_EPOCH':
      // The next heartbeat brings the epoch of now.
      return protocol === 'consumer' ? { kind: 'again', error, tells: error.code } : refused(outOfGroup)
    case 'FENCED_INSTANCE_ID':
      return refused('Another member runs with the same groupInstanceId and goes on from the last committed offset. Give each its own.', {
        fatal: true,
        tells: error.code,
      })
    case 'UNKNOWN_TOPIC_OR_PARTITION':
    case 'UNKNOWN_TOPIC_ID':
      return { kind: 'again', error: saying(error, what, uncommitted), needsMetadata: true, isUnknownTopic: true }
    case 'OFFSET_METADATA_TOO_LARGE':
      return refused(`Nothing was committed of it. Shorten the metadata of the offset, or raise offset.metadata.max.bytes of the broker.`)
    default:
      if (!isTransient(error)) return refused(uncommitted)
      return { kind: 'again', error, forgetsCoordinator: error.code === 'REQUEST_TIMED_OUT' || meansStaleCoordinator(error) }
  }
}

/** Errors that pass by themselves; all that Java tries again, and those of the connection. */
const transient: ReadonlySet<ErrorName> = new Set<ErrorName>([
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
  'REQUEST_TIMED_OUT',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'NETWORK_EXCEPTION',
])
const isTransient = (error: KafkaError): boolean => transient.has(error.code)

const uncommitted = 'Records since the last committed offset come again after a restart or a rebalance, unless a later commit succeeds.'
const outOfGroup =
  'The group has given the partitions to other members, where the records since the last committed offset come again. ' +
  'If handling them took too long, raise maxPollIntervalMs or lower maxPollRecords.'

/** The consumer has lost its place, or has none yet. */
export function notAMember(member: Membership, settings: GroupSettings): Verdict {
  const code = member.isJoining ? 'REBALANCE_IN_PROGRESS' : 'UNKNOWN_MEMBER_ID'
  const what = `commit to group ${settings.groupId}, of which this consumer is no member at the moment`
  return { kind: 'refused', error: saying(new KafkaError(code), what, outOfGroup) }
}

/** Between the call and an attempt the group has gone on to another generation. */
export function goneMeanwhile(settings: GroupSettings): KafkaError {
  return saying(new KafkaError('ILLEGAL_GENERATION'), `commit to group ${settings.groupId}, which has rebalanced since`, outOfGroup)
}

/** The time of a call is over. */
export function lastWord(offsets: Offsets, timeoutMs: number, cause: Error | undefined): KafkaError {
  const what = `commit of ${offsets.slice(0, 3).map(nameOf).join(', ')}${offsets.length > 3 ? ' …' : ''} within ${timeoutMs} ms`
  const why = cause === undefined ? 'the coordinator has not answered' : cause.message
  const hint = `Whether it was written is not known. ${uncommitted}`
  return new KafkaError('REQUEST_TIMED_OUT', `REQUEST_TIMED_OUT: no ${what}: ${why} ${hint}`, { cause, hint })
}

function saying(error: KafkaError, what: string, hint: string, fatal = false): KafkaError {
  const why = error.message.replace(`${error.code}: `, '')
  return new KafkaError(error.code, `${error.code}: no ${what}: ${why} ${hint}`, { cause: error, hint, fatal, wireCode: error.wireCode })
}
