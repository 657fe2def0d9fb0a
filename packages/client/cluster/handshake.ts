import { Buffer } from 'node:buffer'
import type { SaslExchange, SaslMechanism } from '@odradek/network/sasl'
import { errorCode, KafkaError } from '@odradek/protocol'
import { ApiVersions, SaslAuthenticate, SaslHandshake } from '@odradek/protocol/messages'
import type { Api, Fields, ReadOf, ResponseOf, WriteOf } from '@odradek/protocol/schema'
import { errorOf } from '../errors/index.ts'
import { ApiRanges } from './api-ranges.ts'
import { Call } from './call.ts'
import type { Connection } from './connection.ts'
import { clientSoftware } from './software.ts'

/** What a broker tells about itself before anything else is asked. */
export interface Introduction {
  readonly versions: ApiRanges
  readonly finalizedFeaturesEpoch: number
  readonly finalizedFeatures: ReadonlyMap<string, number>
}

/**
 * Asks a broker what it speaks, in version 4: some decide by the name of the client what they offer it.
 *
 * One that does not know the version answers in the form of version 0 with error 35 and, since KIP-511, the range it knows;
 * without a range it is asked again in version 0.
 */
export async function introduce(connection: Connection): Promise<Introduction> {
  let answer = await askVersions(connection, ApiVersions.versions[1])
  if (answer.errorCode === errorCode('UNSUPPORTED_VERSION')) {
    const known = answer.apiKeys.find(({ apiKey }) => apiKey === ApiVersions.key)
    answer = await askVersions(connection, Math.max(0, Math.min(known?.maxVersion ?? 0, ApiVersions.versions[1] - 1)))
  }
  if (answer.errorCode !== 0) throw errorOf(answer.errorCode, `broker ${connection.broker} does not say what it speaks`)
  return {
    versions: new ApiRanges(answer.apiKeys),
    finalizedFeaturesEpoch: answer.finalizedFeaturesEpoch,
    finalizedFeatures: new Map(answer.finalizedFeatures.map(({ name, maxVersionLevel }) => [name, maxVersionLevel])),
  }
}

/**
 * Authenticates, first or anew (KIP-368). Gives the lifetime of the session in milliseconds, 0 for one without end.
 *
 * Nothing else may be sent meanwhile; what was sent before is answered before.
 */
export async function authenticate(connection: Connection, versions: ApiRanges, mechanism: SaslMechanism): Promise<number> {
  const exchange = await mechanism.begin()
  const handshake = await ask(connection, SaslHandshake, versions.pick(SaslHandshake, { minVersion: 1 }, connection.broker), {
    mechanism: mechanism.name,
  })
  if (handshake.errorCode !== 0) {
    const offered = handshake.mechanisms.join(', ')
    throw errorOf(
      handshake.errorCode,
      `broker ${connection.broker} does not take ${mechanism.name}${offered === '' ? '' : `, but ${offered}`}`,
      {
        fatal: true,
        hint: 'Set sasl.mechanism to one that the listener has enabled.',
      },
    )
  }
  const version = versions.pick(SaslAuthenticate, {}, connection.broker)
  for (let token = exchange.first(); ;) {
    const answer = await ask(connection, SaslAuthenticate, version, { authBytes: token })
    if (answer.errorCode !== 0) throw refused(answer.errorCode, answer.errorMessage, exchange, connection, mechanism)
    const next = step(() => exchange.next(Buffer.from(answer.authBytes)), connection, mechanism)
    if (next === undefined) return answer.sessionLifetimeMs
    token = next
  }
}

async function askVersions(connection: Connection, version: number): Promise<ResponseOf<typeof ApiVersions>> {
  const request = { clientSoftwareName: clientSoftware.name, clientSoftwareVersion: clientSoftware.version }
  return ask(connection, VersionsOrRefusal, version, request)
}

/** The answer is of version 0 when it refuses the version that was asked in. */
const VersionsOrRefusal: typeof ApiVersions = {
  ...ApiVersions,
  decodeResponse(reader, version) {
    const isRefusal = reader.remaining >= 2 && reader.buffer.readInt16BE(reader.position) === errorCode('UNSUPPORTED_VERSION')
    return ApiVersions.decodeResponse(reader, isRefusal ? 0 : version)
  },
}

function ask<Q extends Fields, S extends Fields>(
  connection: Connection,
  api: Api<Q, S>,
  version: number,
  request: WriteOf<Q>,
): Promise<ReadOf<S>> {
  // Setting up has a time as a whole, so no call of it has one of its own.
  const call = new Call(api, request, { deadlineMs: Infinity })
  call.version = version
  connection.send(call)
  return call.promise
}

function refused(
  code: number,
  said: string | null,
  { complaint = '' }: SaslExchange,
  { broker }: Connection,
  { name }: SaslMechanism,
): KafkaError {
  return errorOf(code, `${name} at broker ${broker}: ${said ?? 'refused'}${said?.includes(complaint) === true ? '' : ` ${complaint}`}`, {
    fatal: true,
    hint: 'Check user name and password (or token), and that the user has credentials for this mechanism.',
  })
}

/** What the mechanism finds wrong in the answer of the broker: a broker that does not know our password, for one. */
function step<T>(action: () => T, { broker }: Connection, { name }: SaslMechanism): T {
  try {
    return action()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new KafkaError('SASL_AUTHENTICATION_FAILED', `SASL_AUTHENTICATION_FAILED: ${name} at broker ${broker}: ${why}`, {
      cause,
      fatal: true,
    })
  }
}
