import { VirtualTime } from '@odradek/common/time'
import {
  ClientMetrics,
  ConnectionMetrics,
  ConsumerMetrics,
  CoordinatorMetrics,
  FetchMetrics,
  ProducerMetrics,
} from '../../packages/client/metrics/index.ts'
import type { Metric } from '../../packages/client/metrics/index.ts'
import { code, page, table } from './markdown.ts'
import type { Page } from './markdown.ts'

/** Every metric of clients, asked of clients that never lived. */
export function clientMetricsPage(): Page {
  const themes = {
    Producers: shown((metrics) => {
      const producer = new ProducerMetrics(metrics)
      producer.watch({ availableBytes: nothing, totalBytes: nothing, waiting: nothing })
      producer.topic('')
    }),
    Consumers: shown((metrics) => {
      const now = { assignedPartitions: nothing, secondsSinceHeartbeat: nothing, secondsSinceRebalance: nothing }
      const fetches = new FetchMetrics(metrics)
      fetches.topic('')
      fetches.partition('', 0, { lag: nothing, lead: nothing, readReplica: nothing })
      return [new ConsumerMetrics(metrics, nothing), new CoordinatorMetrics(metrics, now)]
    }),
    'Connections of all clients': shown((metrics) => new ConnectionMetrics(metrics, 'producer').node(0)),
  }
  return page('client-metrics.md', 'Metrics of the client', [
    'What `metrics()` of a producer, consumer or admin shows: groups, names, tags and meanings are those of the Java client, so that its dashboards can be used. ' +
      'Averages, maxima and rates are of the last 30 to 60 seconds; totals are since the start.',
    'Each has the tag `client-id` beside those of the table. The groups of connections are shown for a producer: they are `consumer-metrics`, `consumer-node-metrics`, and ' +
      '`admin-client-metrics`, `admin-client-node-metrics` for the others.',
    ...Object.entries(themes).flatMap(([theme, metrics]) => [`## ${theme}`, metrics]),
  ])
}

const nothing = (): number => 0

function shown(make: (metrics: ClientMetrics) => unknown): string {
  const metrics = new ClientMetrics(new VirtualTime(), '')
  make(metrics)
  const key = ({ group, name, tags }: Metric): string => `${group} ${Object.keys(tags).length} ${name}`
  return table(
    ['Group', 'Tags', 'Name', 'What it tells'],
    [...metrics.view()]
      .toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
      .map(({ group, name, tags, description }) => [code(group), Object.keys(tags).slice(1).join(', '), code(name), description]),
  )
}
