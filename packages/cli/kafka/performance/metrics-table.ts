import type { Metrics } from '@odradek/client'
import { fixed } from '../java-format.ts'

/** All metrics of a client, one a line, in the order and columns of Kafka's tools. */
export function metricsTable(metrics: Metrics): string {
  const rows = [...metrics]
    .map((metric) => {
      const tags = Object.entries(metric.tags).map(([tag, word]) => `${tag}=${word}`)
      return { title: `${metric.group}:${metric.name}:{${tags.join(', ')}}`, value: fixed(metric.value(), 3) }
    })
    .toSorted((one, other) => (one.title < other.title ? -1 : 1))
  if (rows.length === 0) return ''
  const width = Math.max(...rows.map(({ title }) => title.length))
  return `\n${'Metric Name'.padEnd(width)}   Value\n${rows.map(({ title, value }) => `${title.padEnd(width)} : ${value}\n`).join('')}`
}
