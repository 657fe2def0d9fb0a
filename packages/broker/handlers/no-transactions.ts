import type { Logger } from '@odradek/common/logging'
import { hostAndPort } from '@odradek/network'
import type { RequestContext } from '../handler.ts'

/**
 * Says in the log what a transactional producer cannot learn from its error: the one that all clients take as final is
 * TRANSACTIONAL_ID_AUTHORIZATION_FAILED, which sends people to look for ACLs.
 */
export function warnOfTransactions(logger: Logger, { clientId, connection }: RequestContext): void {
  logger
    .limited('transactions')
    .warn(
      'Refused a transactional producer: this broker does not serve transactions yet. TRANSACTIONAL_ID_AUTHORIZATION_FAILED, which the producer gets, ' +
        'has nothing to do with ACLs here. Without transactional.id the producer works, idempotence included',
      { clientId, peer: hostAndPort(connection.peer.address, connection.peer.port) },
    )
}
