import { KafkaError } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import { errorOf } from '../../errors/index.ts'
import type { GroupSettings } from './group-settings.ts'

/** What ends a membership, with what to do about it. */
export function fatalGroupError(failure: unknown, what: string, settings: GroupSettings): KafkaError {
  const error = typeof failure === 'number' ? errorOf(failure) : failure
  if (!(error instanceof KafkaError)) {
    const message = error instanceof Error ? error.message : 'unknown failure'
    return new KafkaError('UNKNOWN_SERVER_ERROR', `${what} of group ${settings.groupId} failed: ${message}`, { cause: error, fatal: true })
  }
  const why = error.message.replace(`${error.code}: `, '')
  const hint = hints[error.code]?.(settings) ?? error.hint
  return new KafkaError(error.code, `${error.code}: ${what} of group ${settings.groupId} failed: ${why}${hint === '' ? '' : ` ${hint}`}`, {
    cause: error,
    fatal: true,
    hint,
    wireCode: error.wireCode,
  })
}

const hints: Readonly<Partial<Record<ErrorName, (settings: GroupSettings) => string>>> = {
  FENCED_INSTANCE_ID: ({ groupInstanceId }) => `Another member runs with groupInstanceId ${groupInstanceId}: give each member its own.`,
  UNRELEASED_INSTANCE_ID: ({ groupInstanceId }) =>
    `A member with groupInstanceId ${groupInstanceId} still has its place: stop it, or wait until its session has expired.`,
  INCONSISTENT_GROUP_PROTOCOL: () =>
    'The group has members with other assignors, or of another kind than consumers: list an assignor that all of them know (with members of kafkajs: kafkajsRoundRobin), or choose another groupId.',
  INVALID_SESSION_TIMEOUT: ({ sessionTimeoutMs }) =>
    `The broker does not take sessionTimeoutMs ${sessionTimeoutMs}: it must lie between its group.min.session.timeout.ms and group.max.session.timeout.ms.`,
  INVALID_GROUP_ID: () => 'Choose another groupId.',
  GROUP_AUTHORIZATION_FAILED: ({ groupId }) => `Allow this user READ on group ${groupId}.`,
  GROUP_MAX_SIZE_REACHED: () => 'Stop members, or raise group.max.size (group.consumer.max.size for the consumer protocol) of the broker.',
  UNSUPPORTED_VERSION: ({ groupInstanceId, groupProtocol }) => {
    if (groupProtocol !== 'classic') return 'The broker does not have the consumer protocol: set groupProtocol to classic.'
    return groupInstanceId === null || groupInstanceId === undefined
      ? ''
      : 'Static members need brokers from Kafka 2.3 on: leave out groupInstanceId.'
  },
  UNSUPPORTED_ASSIGNOR: ({ groupRemoteAssignor }) =>
    `The broker has no assignor ${groupRemoteAssignor}: set groupRemoteAssignor to one of its group.consumer.assignors, or leave it out.`,
  INVALID_REGULAR_EXPRESSION: () => 'Patterns are matched by the broker and are written for RE2/J.',
  GROUP_ID_NOT_FOUND: () => 'The group was deleted meanwhile.',
}
