import type { GroupCoordinator } from '@odradek/coordinator'
import { errorCode, errorMessage, KafkaError } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import { FindCoordinator } from '@odradek/protocol/messages'
import type { RequestOf, ResponseDraft } from '@odradek/protocol/schema'
import { handler } from '../handler.ts'
import type { RequestContext } from '../handler.ts'
import type { Services } from '../services.ts'
import { warnOfTransactions } from './no-transactions.ts'

type Request = RequestOf<typeof FindCoordinator>
type Response = ResponseDraft<typeof FindCoordinator>
type Coordinator = NonNullable<Response['coordinators']>[number]

/** Which broker coordinates a group. The first who asks causes the topic of committed offsets to be made. */
export const findCoordinator = (
  services: Pick<Services, 'endpoints' | 'internalTopics' | 'logger'> & { readonly groups: GroupCoordinator },
) =>
  handler(FindCoordinator, (request, context) => find(services, request, context), {
    failed: (request, code, { apiVersion }) =>
      answer(request, apiVersion, (key) => ({ key, ...nobody, errorCode: code, errorMessage: null })),
  })

async function find(
  { groups, endpoints, internalTopics, logger }: Parameters<typeof findCoordinator>[0],
  request: Request,
  context: RequestContext,
): Promise<Response> {
  try {
    if (request.keyType === transactionKey) warnOfTransactions(logger, context)
    if (request.keyType !== groupKey) throw notServed(request.keyType, context.apiVersion)
    const { partitions } = await internalTopics.ensure('__consumer_offsets')
    const brokers = endpoints.forClient(context.connection)
    return answer(request, context.apiVersion, (key) => {
      const leader = partitions[groups.partitionFor(key)]?.leader
      const broker = brokers.find(({ nodeId, isFenced }) => nodeId === leader && !isFenced)
      if (broker === undefined) return refused(key, 'COORDINATOR_NOT_AVAILABLE')
      return { key, nodeId: broker.nodeId, host: broker.host, port: broker.port, errorCode: 0, errorMessage: null }
    })
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
    return answer(request, context.apiVersion, (key) => refused(key, error.code, error.message))
  }
}

/**
 * Transactions and share groups come later. For a transaction clients retry nearly every error until they give up after a
 * minute without saying why; the one that all of them take as final, and print with our message, is this one.
 */
function notServed(keyType: number, apiVersion: number): KafkaError {
  if (keyType === transactionKey)
    return new KafkaError('TRANSACTIONAL_ID_AUTHORIZATION_FAILED', 'This broker does not serve transactions yet.')
  if (keyType === shareKey && apiVersion >= 6) return new KafkaError('INVALID_REQUEST', 'This broker does not serve share groups yet.')
  return new KafkaError('INVALID_REQUEST', `There is no coordinator of type ${keyType} in this version.`)
}

/** Up to version 3 the answer is about one key and lies at the top. */
function answer({ key, coordinatorKeys }: Request, apiVersion: number, of: (key: string) => Coordinator): Response {
  if (apiVersion >= 4) return { coordinators: coordinatorKeys.map(of) }
  const { key: _, ...coordinator } = of(key)
  return coordinator
}

function refused(key: string, code: ErrorName, message = errorMessage(code)): Coordinator {
  return { key, ...nobody, errorCode: errorCode(code), errorMessage: message }
}

const nobody = { nodeId: -1, host: '', port: -1 }
const groupKey = 0
const transactionKey = 1
const shareKey = 2
