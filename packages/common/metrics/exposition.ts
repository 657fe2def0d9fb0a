import type { MetricDeclaration } from './declare.ts'
import type { CollectedMetric, MetricsRegistry, Sample } from './registry.ts'

/** Prometheus' own text, version 0.0.4, which everything understands. */
export const prometheusType = 'text/plain; version=0.0.4; charset=utf-8'
/** OpenMetrics 1.0, for who asks for it. */
export const openMetricsType = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

/** Which of the two texts an `Accept` header asks for. */
export function metricsTypeFor(accept: string | undefined): typeof prometheusType | typeof openMetricsType {
  return accept?.includes('application/openmetrics-text') ? openMetricsType : prometheusType
}

/** The text of one metric after the other, so that a server can send them as they come. */
export function* metricsText(registry: MetricsRegistry, type: typeof prometheusType | typeof openMetricsType): Iterable<string> {
  for (const metric of registry.collect()) yield textOf(metric, type === openMetricsType)
  if (type === openMetricsType) yield '# EOF\n'
}

function textOf({ declaration, samples }: CollectedMetric, isOpen: boolean): string {
  // OpenMetrics names a counter's family without the _total that its sample has.
  const family = isOpen && declaration.kind === 'counter' ? declaration.name.slice(0, -'_total'.length) : declaration.name
  const help = declaration.help.replaceAll('\\', '\\\\')
  let text = `# HELP ${family} ${isOpen ? help.replaceAll('"', '\\"') : help}\n# TYPE ${family} ${declaration.kind}\n`
  for (const sample of samples) text += `${declaration.name}${sample.suffix}${labelsOf(declaration, sample)} ${numberOf(sample.value)}\n`
  return text
}

function labelsOf({ labels }: MetricDeclaration, sample: Sample): string {
  const parts = labels.map((label, index) => `${label}="${escaped(sample.labels[index] ?? '')}"`)
  if (sample.extra !== undefined) parts.push(`${sample.extra.label}="${numberOf(sample.extra.value)}"`)
  return parts.length === 0 ? '' : `{${parts.join()}}`
}

function escaped(value: string): string {
  return /[\\"\n]/.test(value) ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : value
}

function numberOf(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value)
}
