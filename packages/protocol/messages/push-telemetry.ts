import { api } from '../schema/api.ts'
import { bool, bytes, int16, int32, int8, uuid } from '../schema/types.ts'

/** Pushes metrics of a client to the broker, as OTLP (KIP-714). The last push of a client is terminating. */
export const PushTelemetry = api({
  key: 72,
  name: 'PushTelemetry',
  versions: [0, 0],
  flexible: 0,
  request: { clientInstanceId: uuid(), subscriptionId: int32(), terminating: bool(), compressionType: int8(), metrics: bytes() },
  response: { throttleTimeMs: int32({ default: 0 }), errorCode: int16() },
})
