import type { Assignor, AssignorName } from '../assignor.ts'
import type { ConsumerInterceptor } from '../interceptors.ts'
import { consumerConfig } from './all-config.ts'
import { assignorOf } from './java-classes.ts'
import { resolveCommon } from './resolve-common.ts'
import { apiTimes } from './resolve-admin.ts'
import { interceptorsOf, serdesOf } from './resolve-objects.ts'
import { Resolution } from './resolution.ts'
import type { Options, Remarks } from './resolution.ts'
import type { ConsumerSettings } from './settings.ts'

/** Options of a consumer as settings. Throws `ConfigError`. */
export function resolveConsumer(shared: Options, own: Options, number: number, remarks: Remarks): ConsumerSettings {
  const resolution = new Resolution('consumer', consumerConfig, shared, own, remarks)
  const { values } = resolution
  checkGroup(resolution)
  if (values.fetchMaxWaitMs >= values.requestTimeoutMs) {
    resolution.wrong(
      `${resolution.spelling('fetchMaxWaitMs')} (${values.fetchMaxWaitMs}) must be less than requestTimeoutMs (${values.requestTimeoutMs}), or a quiet topic looks like a dead broker.`,
      'fetchMaxWaitMs',
      'requestTimeoutMs',
    )
  }
  const name = `consumer-${values.groupId === undefined ? '' : `${values.groupId}-`}${values.groupInstanceId ?? number}`
  const settings: ConsumerSettings = {
    ...values,
    ...resolveCommon(resolution, values),
    ...apiTimes(resolution, values),
    clientId: values.clientId === '' ? name : values.clientId,
    enableAutoCommit: values.groupId === undefined ? false : values.enableAutoCommit,
    assignors: assignorsOf(resolution),
    prefetchMaxBytes: values.prefetchMaxBytes ?? Math.max(1, values.fetchMaxBytes),
    decompressedBatchMaxBytes: values.decompressedBatchMaxBytes ?? Math.max(2 ** 25, 16 * values.maxPartitionFetchBytes),
    ...serdesOf(resolution, 'deserializer'),
    interceptors: interceptorsOf<ConsumerInterceptor>(resolution, ['onConsume', 'onCommit']),
  }
  resolution.check()
  return Object.freeze(settings)
}

type OfConsumer = Resolution<typeof consumerConfig>

function checkGroup(resolution: OfConsumer): void {
  const { values } = resolution
  const spelled = resolution.spelling.bind(resolution)
  if (values.groupId === undefined) {
    if (resolution.isGiven('enableAutoCommit') && values.enableAutoCommit) {
      resolution.wrong(
        `${spelled('enableAutoCommit')} needs groupId: offsets are committed for a group. Give groupId, or leave it out.`,
        'enableAutoCommit',
        'groupId',
      )
    }
    if (values.groupInstanceId !== undefined) {
      resolution.wrong(`${spelled('groupInstanceId')} needs groupId: it is the name of a member of a group.`, 'groupInstanceId', 'groupId')
    }
  }
  if (values.groupProtocol === 'consumer') {
    const classicOnly = (['sessionTimeoutMs', 'heartbeatIntervalMs', 'partitionAssignmentStrategy'] as const).filter((name) =>
      resolution.isGiven(name),
    )
    const given = [...classicOnly.map(spelled), ...(resolution.given.objects.has('assignors') ? ['assignors'] : [])]
    if (given.length > 0) {
      resolution.wrong(
        `${given.join(', ')} can not be given with groupProtocol consumer (KIP-848), where the broker decides: remove ${given.length === 1 ? 'it' : 'them'}, or write groupProtocol: 'classic'.`,
        ...given,
      )
    }
  } else {
    if (values.groupProtocol === 'classic' && values.groupRemoteAssignor !== undefined) {
      resolution.wrong(
        `${spelled('groupRemoteAssignor')} needs groupProtocol consumer (KIP-848); with classic, write assignors.`,
        'groupRemoteAssignor',
      )
    }
    if (values.heartbeatIntervalMs >= values.sessionTimeoutMs) {
      resolution.wrong(
        `${spelled('heartbeatIntervalMs')} (${values.heartbeatIntervalMs}) must be less than sessionTimeoutMs (${values.sessionTimeoutMs}), best a third of it.`,
        'heartbeatIntervalMs',
        'sessionTimeoutMs',
      )
    }
  }
}

function assignorsOf(resolution: OfConsumer): readonly (Assignor | AssignorName)[] {
  const names = resolution.values.partitionAssignmentStrategy
  const given = resolution.given.objects.get('assignors')
  if (given === undefined) {
    const assignors: AssignorName[] = []
    for (const name of names) {
      const assignor = assignorOf(name)
      if (assignor !== undefined) assignors.push(assignor)
      else if (name.includes('.'))
        resolution.remarks.warn(`The assignor ${name} is a class of Java, which Node can not load. Give assignors in code`)
      else
        resolution.wrong(
          `${resolution.spelling('partitionAssignmentStrategy')} knows no ${name}: there are range, roundrobin, sticky and cooperative-sticky; own ones go into assignors.`,
          'partitionAssignmentStrategy',
        )
    }
    if (assignors.length === 0)
      resolution.wrong(
        `${resolution.spelling('partitionAssignmentStrategy')} must name at least one assignor that is known here.`,
        'partitionAssignmentStrategy',
      )
    return assignors
  }
  if (resolution.isGiven('partitionAssignmentStrategy')) {
    resolution.wrong(
      `assignors and ${resolution.spelling('partitionAssignmentStrategy')} say the same twice. Give one of them.`,
      'assignors',
    )
  }
  const isFit = (value: unknown): value is Assignor | AssignorName =>
    isAssignor(value) || (typeof value === 'string' && assignorOf(value) === value)
  if (Array.isArray(given) && given.length > 0 && given.every(isFit)) {
    const twice = given.map(nameOf).find((name, at, all) => all.indexOf(name) !== at)
    if (twice !== undefined) resolution.wrong(`assignors has ${twice} twice.`, 'assignors')
    return given
  }
  resolution.wrong(
    "assignors must be a list, not empty, of 'range', 'roundrobin', 'sticky', 'cooperative-sticky' and objects with name, protocols and assign().",
    'assignors',
  )
  return []
}

const nameOf = (assignor: Assignor | AssignorName): string => (typeof assignor === 'string' ? assignor : assignor.name)

function isAssignor(value: unknown): value is Assignor {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    'protocols' in value &&
    Array.isArray(value.protocols) &&
    'assign' in value &&
    typeof value.assign === 'function'
  )
}
