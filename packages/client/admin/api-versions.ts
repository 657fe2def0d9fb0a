import { ApiVersions } from '@odradek/protocol/messages'
import { clientSoftware } from '../cluster/software.ts'
import type { Waiting } from '../waiting.ts'
import { checkInteger, checkList } from './check.ts'
import { brokers } from './keys.ts'
import { question, unlessFailed } from './operation.ts'
import type { Operation } from './operation.ts'
import type { PerItem } from './per-item.ts'
import type { Runner } from './runner.ts'
import { namedBroker } from './targets/brokers.ts'

export interface ApiVersionsAdmin {
  /**
   * Which requests brokers understand: by API key the first and the last version. Kafka's own tool asks for it below its `Admin`.
   *
   * ```ts
   * const ranges = await admin.describeApiVersions([1]).of(1)
   * ranges.get(0)?.max // of Produce
   * ```
   */
  describeApiVersions(
    brokerIds: readonly number[],
    options?: Waiting,
  ): PerItem<number, ReadonlyMap<number, { readonly min: number; readonly max: number }>>
}

export function apiVersionsAdmin(runner: Runner): ApiVersionsAdmin {
  return {
    describeApiVersions(brokerIds, options) {
      checkList('describeApiVersions', 'brokers', brokerIds)
      for (const broker of brokerIds) checkInteger('describeApiVersions', 'a broker', broker, 0)
      return runner.items(describeApiVersions, brokers, brokerIds, options)
    },
  }
}

const describeApiVersions: Operation<number, ReadonlyMap<number, { readonly min: number; readonly max: number }>> = {
  name: 'describeApiVersions',
  target: namedBroker((broker) => broker),
  ask: question({
    api: ApiVersions,
    request: () => ({ clientSoftwareName: clientSoftware.name, clientSoftwareVersion: clientSoftware.version }),
    read: (answer, keys) =>
      unlessFailed(answer, keys, () => {
        const value = new Map(answer.apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, { min: minVersion, max: maxVersion }]))
        return keys.map((key) => [key, { value }] as const)
      }),
  }),
}
