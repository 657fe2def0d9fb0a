import { Buffer } from 'node:buffer'
import { BatchBuilder } from '@odradek/protocol/records'
import type { BatchOptions, RecordInput } from '@odradek/protocol/records'
import { connectCluster } from '../cluster/connected-cluster.ts'
import { resolveConsumer } from '../config/index.ts'
import type { ConsumerOptions } from '../config/index.ts'
import type { Environment } from '../environment.ts'
import type { ClientLogger } from '../logger.ts'
import { ClientMetrics } from '../metrics/index.ts'
import { systemEnvironment } from '../system-environment.ts'
import type { RawTopic, Topic } from '../topic.ts'
import type { Consumer } from './consumer.ts'
import { createConsumer } from './create-consumer.ts'

const silent: ClientLogger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
let number = 0

/** A consumer of a broker of a test. */
export function consumerOf<const T extends Topic = RawTopic>(
  bootstrapServers: string,
  options: ConsumerOptions & { readonly topics?: readonly T[] } = {},
  environment: Partial<Environment> = {},
): Consumer<T> {
  const { topics = [], ...own } = options
  const whole = { ...systemEnvironment(), logger: silent, ...environment }
  const settings = resolveConsumer({ bootstrapServers }, own, ++number, { info: () => {}, warn: () => {} })
  const cluster = connectCluster({
    environment: whole,
    settings,
    clientId: settings.clientId,
    apiTimeoutMs: settings.defaultApiTimeoutMs,
    allowAutoTopicCreation: settings.allowAutoCreateTopics,
  })
  return createConsumer<T>({ environment: whole, settings, cluster, metrics: new ClientMetrics(whole.clock, settings.clientId), topics })
}

/** A record batch of texts, or of whole records. */
export function batchOf(records: readonly (string | RecordInput)[], options: BatchOptions = {}): Buffer {
  const builder = new BatchBuilder({ ...options })
  for (const record of records)
    builder.append(typeof record === 'string' ? { value: Buffer.from(record), timestamp: 1_700_000_000_000 } : record)
  return builder.build()
}

export const textOf = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString())
