import { ZERO_UUID } from '@odradek/common/bytes'
import { GetTelemetrySubscriptions } from '@odradek/protocol/messages'
import { ClientError } from '../errors/client-error.ts'
import type { Waiting } from '../waiting.ts'
import { question, unlessFailed } from './operation.ts'
import type { Operation } from './operation.ts'
import type { Runner } from './runner.ts'
import { anyBroker } from './targets/brokers.ts'

export interface ClientInstanceAdmin {
  /**
   * The id by which brokers know this admin in client metrics (KIP-714), for its whole life. Needs `enable.metrics.push`.
   *
   * ```ts
   * const id = await admin.clientInstanceId()
   * ```
   */
  clientInstanceId(options?: Waiting): Promise<string>
}

export function clientInstanceAdmin(runner: Runner, { enableMetricsPush }: { readonly enableMetricsPush: boolean }): ClientInstanceAdmin {
  let known: string | undefined
  return {
    async clientInstanceId(options) {
      if (!enableMetricsPush) {
        throw new ClientError('ODRADEK_STATE', 'clientInstanceId: this admin has no part in client metrics', {
          hint: 'Set enable.metrics.push to true.',
        })
      }
      // Whoever comes second takes the first one's, even if both have asked.
      const given = known ?? (await runner.one(clientInstanceId, options))
      return (known ??= given)
    },
  }
}

const clientInstanceId: Operation<undefined, string> = {
  name: 'clientInstanceId',
  target: anyBroker(),
  hints: { UNSUPPORTED_VERSION: 'Brokers serve client metrics from 3.7 on, and only with a metric reporter that takes them.' },
  ask: question({
    api: GetTelemetrySubscriptions,
    request: () => ({ clientInstanceId: ZERO_UUID }),
    read: (answer, keys) => unlessFailed(answer, keys, () => [[undefined, { value: answer.clientInstanceId }]]),
  }),
}
