import { api } from '../schema/api.ts'
import { array, bool, int16, int32, int8, string, uuid } from '../schema/types.ts'

/**
 * Which metrics a client should push, how often and how compressed (KIP-714).
 *
 * A zero uuid asks for an instance id; the broker answers with one, which the client keeps for life.
 */
export const GetTelemetrySubscriptions = api({
  key: 71,
  name: 'GetTelemetrySubscriptions',
  versions: [0, 0],
  flexible: 0,
  request: { clientInstanceId: uuid() },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    clientInstanceId: uuid(),
    subscriptionId: int32(),
    acceptedCompressionTypes: array(int8()),
    pushIntervalMs: int32(),
    telemetryMaxBytes: int32(),
    deltaTemporality: bool(),
    requestedMetrics: array(string()),
  },
})
