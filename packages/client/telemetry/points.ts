import type { Metric, Metrics } from '../metrics/metrics.ts'
import type { OtlpPoint } from './otlp.ts'

/** Gathers the metrics that a cluster asks for, under the names that KIP-714 gives them. */
export class Points {
  readonly #metrics: Metrics
  readonly #startMs: number
  /** What sums were when they were gathered last, for a cluster that wants differences. */
  readonly #last = new Map<string, { readonly value: number; readonly atMs: number }>()

  /** `startMs`: since when sums count, milliseconds since 1970. */
  constructor(metrics: Metrics, startMs: number) {
    this.#metrics = metrics
    this.#startMs = startMs
  }

  /** Those whose names begin with one of `prefixes`; one that is empty is the beginning of all. Figures that nobody has measured yet are left out. */
  gather(prefixes: readonly string[], nowMs: number, temporality: 'delta' | 'cumulative'): readonly OtlpPoint[] {
    const points: OtlpPoint[] = []
    for (const metric of this.#metrics) {
      const name = telemetryName(metric)
      const value = metric.value()
      if (!Number.isFinite(value) || !prefixes.some((prefix) => name.startsWith(prefix))) continue
      const attributes = attributesOf(metric)
      if (!name.endsWith('.total')) points.push({ name, attributes, value, kind: 'gauge', startMs: this.#startMs })
      else if (temporality === 'cumulative') points.push({ name, attributes, value, kind: 'sum', startMs: this.#startMs })
      else points.push(this.#difference(name, attributes, value, nowMs))
    }
    return points
  }

  #difference(name: string, attributes: Readonly<Record<string, string>>, value: number, nowMs: number): OtlpPoint {
    const key = `${name} ${JSON.stringify(attributes)}`
    const last = this.#last.get(key) ?? { value: 0, atMs: this.#startMs }
    this.#last.set(key, { value, atMs: nowMs })
    return { name, attributes, value: value - last.value, kind: 'sum', startMs: last.atMs }
  }
}

/** `producer-topic-metrics`, `record-send-total` → `org.apache.kafka.producer.topic.record.send.total`. */
export function telemetryName({ group, name }: Pick<Metric, 'group' | 'name'>): string {
  return `org.apache.kafka.${group.replace(/-metrics$/, '')}.${name}`.replaceAll('-', '.')
}

/** The broker knows the client by its connection, and adds `client_id` itself. */
function attributesOf({ tags }: Metric): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(tags)
      .filter(([tag]) => tag !== 'client-id')
      .map(([tag, value]) => [tag.replaceAll('-', '_'), value]),
  )
}
