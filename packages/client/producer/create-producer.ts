import type { ProducerSettings } from '../config/index.ts'
import { ProducerMetrics } from '../metrics/index.ts'
import type { ClientParts } from '../parts.ts'
import type { TransactionalProducer } from './producer.ts'
import { TransactingProducer } from './transactions/transacting-producer.ts'

/** A producer. Its transactions need `settings.transactionalId`. Opens nothing. */
export function createProducer({ environment, settings, cluster, metrics }: ClientParts<ProducerSettings>): TransactionalProducer {
  return new TransactingProducer({ environment, settings, cluster, clientMetrics: metrics, metrics: new ProducerMetrics(metrics) })
}
