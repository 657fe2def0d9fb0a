import { initProducerId as initialise } from '@odradek/coordinator'
import { InitProducerId } from '@odradek/protocol/messages'
import { handler } from '../handler.ts'
import type { ProducerIds } from '../services.ts'

/** Gives an idempotent producer its id. */
export const initProducerId = (producerIds: ProducerIds) =>
  handler(InitProducerId, async (request) => ({ errorCode: 0, ...(await initialise(request, () => producerIds.next())) }), {
    failed: (_request, errorCode) => ({ errorCode, producerId: -1, producerEpoch: -1 }),
  })
