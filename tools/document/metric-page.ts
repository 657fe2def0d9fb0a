import type { MetricDeclaration } from '@odradek/common/metrics'
import { code, page, table } from './markdown.ts'
import type { Page } from './markdown.ts'

/** `declared`: every metric of the house, by theme. */
export function metricPage(declared: Readonly<Record<string, readonly MetricDeclaration[]>>): Page {
  const themes = Object.entries(declared).flatMap(([theme, metrics]) => [
    `## ${theme}`,
    table(
      ['Metric', 'Kind', 'Labels', 'What it tells', 'Over JMX in Apache Kafka'],
      metrics
        .toSorted((a, b) => (a.name < b.name ? -1 : 1))
        .map(({ name, kind, labels, help, jmx }) => [code(name), kind, labels.join(', '), help, code(jmx ?? '')]),
    ),
  ])
  return page('metrics.md', 'Metrics', [
    'Served at `/metrics` over HTTP (`http.port`), as Prometheus text or, for who asks for it, as OpenMetrics 1.0. Names are those that the usual JMX exporter gives to the metrics ' +
      'of Apache Kafka, so that dashboards made for it work. A summary has the quantiles of the last one to two minutes; counters count since the start, and rates are for Prometheus: `rate(name[1m])`.',
    ...themes,
  ])
}
