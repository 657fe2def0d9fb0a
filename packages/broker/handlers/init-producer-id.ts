import { initProducerId as initialise } from '@odradek/coordinator'
import { InitProducerId } from '@odradek/protocol/messages'
import { handler } from '../handler.ts'
import type { Services } from '../services.ts'
import { warnOfTransactions } from './no-transactions.ts'

/** Gives an idempotent producer its id. */
export const initProducerId = ({ producerIds, logger }: Pick<Services, 'producerIds' | 'logger'>) =>
  handler(
    InitProducerId,
    async (request, context) => {
      if (request.transactionalId !== null) warnOfTransactions(logger, context)
      return { errorCode: 0, ...(await initialise(request, () => producerIds.next())) }
    },
    { failed: (_request, errorCode) => ({ errorCode, producerId: -1, producerEpoch: -1 }) },
  )
