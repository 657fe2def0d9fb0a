import type { ProducerInterceptor } from '../interceptors.ts'
import type { Partitioner, PartitionerName } from '../partitioner.ts'
import { producerConfig } from './all-config.ts'
import { partitionerOfClass } from './java-classes.ts'
import { mostInt } from './common-config.ts'
import { resolveCommon } from './resolve-common.ts'
import { interceptorsOf, serdesOf } from './resolve-objects.ts'
import { Resolution } from './resolution.ts'
import type { Options, Remarks } from './resolution.ts'
import type { ProducerSettings } from './settings.ts'

/** Options of a producer as settings. `shared` are those of the `Kafka`; `number` tells producers without a name apart. Throws `ConfigError`. */
export function resolveProducer(shared: Options, own: Options, number: number, remarks: Remarks): ProducerSettings {
  const resolution = new Resolution('producer', producerConfig, shared, own, remarks)
  const { values } = resolution
  const settings: ProducerSettings = {
    ...values,
    ...resolveCommon(resolution, values),
    clientId: values.clientId === '' ? `producer-${values.transactionalId ?? number}` : values.clientId,
    ...idempotence(resolution),
    deliveryTimeoutMs: deliveryTimeout(resolution),
    ...serdesOf(resolution, 'serializer'),
    partitioner: partitionerOf(resolution),
    interceptors: interceptorsOf<ProducerInterceptor>(resolution, ['onSend', 'onAcknowledgement']),
  }
  if (values.transactionTwoPhaseCommitEnable) {
    resolution.wrong(
      `${resolution.spelling('transactionTwoPhaseCommitEnable')} can not be true yet: Kafka 4.3 does not have it either (KIP-939).`,
      'transactionTwoPhaseCommitEnable',
    )
  }
  resolution.check()
  return Object.freeze(settings)
}

type OfProducer = Resolution<typeof producerConfig>

/** What idempotence asks for. Where it was not asked for itself, it gives way (KIP-679). */
function idempotence(resolution: OfProducer): Pick<ProducerSettings, 'enableIdempotence' | 'acks'> {
  const { values } = resolution
  const isWanted = resolution.isGiven('enableIdempotence') ? values.enableIdempotence : undefined
  const transactional = values.transactionalId !== undefined
  const against = (what: string, advice: string, setting: string): void =>
    resolution.wrong(
      `${what} does not go with ${transactional ? resolution.spelling('transactionalId') : `${resolution.spelling('enableIdempotence')}=true`}: ${advice}.`,
      setting,
      transactional ? 'transactionalId' : 'enableIdempotence',
    )
  if (isWanted === false) {
    if (transactional)
      against(
        `${resolution.spelling('enableIdempotence')}=false`,
        'transactions stand on idempotence; leave one of them out',
        'enableIdempotence',
      )
    return { enableIdempotence: false, acks: values.acks }
  }
  let enableIdempotence = true
  const givesWay = (what: string, advice: string, setting: string): void => {
    if (isWanted === true || transactional) against(what, advice, setting)
    else resolution.remarks.info(`Idempotence is off because of ${what}: records may come twice or out of order after a retry`)
    enableIdempotence = false
  }
  if (values.acks !== -1)
    givesWay(`acks=${values.acks}`, "all replicas in sync must have a batch; write acks: 'all' or leave it out", 'acks')
  if (values.retries === 0) givesWay('retries=0', 'it has to send again what was lost; leave retries out', 'retries')
  if (enableIdempotence && values.maxInFlightRequestsPerConnection > 5) {
    const spelled = resolution.spelling('maxInFlightRequestsPerConnection')
    resolution.wrong(
      `${spelled} is ${values.maxInFlightRequestsPerConnection}, and may be at most 5 with idempotence: brokers remember five batches. Lower it, or set enableIdempotence: false.`,
      'maxInFlightRequestsPerConnection',
    )
  }
  return { enableIdempotence, acks: values.acks }
}

/** At least `linger.ms` + `request.timeout.ms`: one whole attempt. */
function deliveryTimeout(resolution: OfProducer): number {
  const { deliveryTimeoutMs, lingerMs, requestTimeoutMs } = resolution.values
  const least = Math.min(lingerMs + requestTimeoutMs, mostInt)
  if (deliveryTimeoutMs >= least) return deliveryTimeoutMs
  if (!resolution.isGiven('deliveryTimeoutMs')) {
    resolution.remarks.warn(`delivery.timeout.ms is raised to ${least}: linger.ms (${lingerMs}) + request.timeout.ms (${requestTimeoutMs})`)
    return least
  }
  resolution.wrong(
    `${resolution.spelling('deliveryTimeoutMs')} is ${deliveryTimeoutMs}, and must be at least lingerMs (${lingerMs}) + requestTimeoutMs (${requestTimeoutMs}) = ${least}, or no attempt has the time it may take. Raise it, or lower requestTimeoutMs.`,
    'deliveryTimeoutMs',
  )
  return least
}

function partitionerOf(resolution: OfProducer): Partitioner | PartitionerName {
  const given = resolution.given.objects.get('partitioner')
  const className = resolution.given.texts.get('partitioner.class')
  if (given === undefined && className !== undefined) {
    const named = partitionerOfClass(className.text)
    if (named === undefined) {
      resolution.remarks.warn(
        `partitioner.class ${className.text} is a class of Java, which Node can not load: records are partitioned as by default. Give partitioner in code`,
      )
    }
    return named ?? 'built-in'
  }
  if (given === undefined || given === 'built-in' || given === 'round-robin') return given ?? 'built-in'
  if (isPartitioner(given)) return given
  resolution.wrong(
    "partitioner must be 'built-in', 'round-robin' or an object with a method partition(topic, key, value, partitions).",
    'partitioner',
  )
  return 'built-in'
}

function isPartitioner(value: unknown): value is Partitioner {
  return typeof value === 'object' && value !== null && 'partition' in value && typeof value.partition === 'function'
}
