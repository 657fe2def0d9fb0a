import { errorCode } from '@odradek/protocol'
import { ApiVersions } from '@odradek/protocol/messages'
import type { RequestOf, ResponseDraft } from '@odradek/protocol/schema'
import type { ClusterFeatures } from '../features.ts'
import { handler } from '../handler.ts'
import type { Handler, RequestContext } from '../handler.ts'

type Request = RequestOf<typeof ApiVersions>
type Response = ResponseDraft<typeof ApiVersions>

/** The first question of every client. The broker announces what it can do by looking at what it does. */
export const apiVersions = (handlers: () => readonly Handler[], features: () => ClusterFeatures): Handler<Request, Response> =>
  handler(ApiVersions, (request, context) => {
    if (context.apiVersion >= 3 && !isNamed(request)) return { errorCode: errorCode('INVALID_REQUEST'), apiKeys: [] }
    if (context.apiVersion >= 3) context.connection.software = { name: request.clientSoftwareName, version: request.clientSoftwareVersion }
    return { errorCode: 0, apiKeys: announced(handlers()), ...featuresFor(features(), context) }
  })

function announced(handlers: readonly Handler[]): Response['apiKeys'] {
  return handlers
    .map(({ api, announced: [minVersion, maxVersion] }) => ({ apiKey: api.key, minVersion, maxVersion }))
    .toSorted((a, b) => a.apiKey - b.apiKey)
}

/** Clients below version 4 fail on a feature whose lowest level is 0, so they are not told of it (KAFKA-17011). */
function featuresFor({ supported, finalized, epoch }: ClusterFeatures, { apiVersion }: RequestContext): Partial<Response> {
  return {
    supportedFeatures: Array.from(supported, ([name, { min, max }]) => ({ name, minVersion: min, maxVersion: max })).filter(
      ({ minVersion }) => apiVersion >= 4 || minVersion > 0,
    ),
    finalizedFeaturesEpoch: epoch,
    finalizedFeatures: Array.from(finalized, ([name, level]) => ({ name, maxVersionLevel: level, minVersionLevel: level })),
  }
}

/** Name and version go into logs and metrics, so they have to look like some (KIP-511). */
function isNamed({ clientSoftwareName, clientSoftwareVersion }: Request): boolean {
  return namePattern.test(clientSoftwareName) && namePattern.test(clientSoftwareVersion)
}

const namePattern = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/
