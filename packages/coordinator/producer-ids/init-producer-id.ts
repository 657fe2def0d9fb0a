import { KafkaError } from '@odradek/protocol'
import type { InitProducerId } from '@odradek/protocol/messages'
import type { RequestOf } from '@odradek/protocol/schema'

/** An id and the epoch in which it may write. */
export interface ProducerIdAndEpoch {
  readonly producerId: number
  readonly producerEpoch: number
}

/**
 * Gives a producer its id. One that is merely idempotent gets a new one each time, on any broker, with epoch 0, whatever it
 * had before: its sequences begin anew (KIP-98).
 *
 * Throws INVALID_REQUEST for half an id. Transactional producers are refused for the time being, with a code that their
 * clients take as final: nearly any other they would try again until they give up after a minute.
 */
export async function initProducerId(request: InitProducerIdRequest, nextId: () => Promise<number>): Promise<ProducerIdAndEpoch> {
  const { transactionalId, producerId, producerEpoch } = request
  if ((producerId === -1) !== (producerEpoch === -1))
    throw new KafkaError('INVALID_REQUEST', 'A producer has an id and an epoch, or neither.')
  if (transactionalId === '') throw new KafkaError('INVALID_REQUEST', 'A transactional id must not be empty.')
  if (transactionalId !== null) {
    throw new KafkaError('TRANSACTIONAL_ID_AUTHORIZATION_FAILED', 'This broker does not serve transactions yet.')
  }
  return { producerId: await nextId(), producerEpoch: 0 }
}

export type InitProducerIdRequest = RequestOf<typeof InitProducerId>
