import assert from 'node:assert/strict'
import type { Clock } from '../time/clock.ts'
import { Counter } from './counter.ts'
import type { CounterDeclaration, DistributionDeclaration, GaugeDeclaration, MetricDeclaration } from './declare.ts'
import { Distribution } from './distribution.ts'
import { checkDeclaration, Family } from './family.ts'
import type { LabelValues } from './family.ts'
import { Gauge } from './gauge.ts'

/** Quantiles of a summary cover the last one to two of these. */
const windowMs = 60_000
const quantiles = [0.5, 0.75, 0.95, 0.98, 0.99, 0.999]

/**
 * All metrics of one process, or of one broker of a simulation.
 *
 * ```ts
 * const bytesIn = declareCounter({ name: 'kafka_server_brokertopicmetrics_bytesin_total', help: '…', labels: ['topic'] })
 * const orders = registry.counter(bytesIn).of('orders')
 * orders.add(1000)
 * ```
 */
export class MetricsRegistry {
  readonly #clock: Clock
  readonly #metrics = new Map<string, Registered>()
  #rotatedAtMs: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#rotatedAtMs = clock.monotonic()
  }

  counter<Labels extends readonly string[]>(declaration: CounterDeclaration<Labels>): Family<Labels, Counter> {
    return this.#family(
      declaration,
      () => new Counter(),
      function* (family) {
        for (const { values, series } of family.all()) yield { suffix: '', labels: values, value: series.value }
      },
    )
  }

  gauge<Labels extends readonly string[]>(declaration: GaugeDeclaration<Labels>): Family<Labels, Gauge> {
    return this.#family(
      declaration,
      () => new Gauge(),
      function* (family) {
        for (const { values, series } of family.all()) yield { suffix: '', labels: values, value: series.value }
      },
    )
  }

  distribution<Labels extends readonly string[]>(declaration: DistributionDeclaration<Labels>): Family<Labels, Distribution> {
    const samples = declaration.kind === 'summary' ? summarySamples : histogramSamples(declaration.bounds)
    return this.#family(
      declaration,
      () => new Distribution(declaration.resolution),
      function* (family) {
        for (const { values, series } of family.all()) yield* samples(series, values)
      },
    )
  }

  /**
   * A counter or gauge that nobody keeps: it is asked when somebody looks. `report` is called once for each series.
   * For what is counted elsewhere anyway, and for thousands of partitions.
   */
  observe<Labels extends readonly string[]>(
    declaration: GaugeDeclaration<Labels> | CounterDeclaration<Labels>,
    ask: (report: (value: number, ...labels: LabelValues<Labels>) => void) => void,
  ): void {
    this.#register(declaration, undefined, function* () {
      const found: Sample[] = []
      ask((value, ...labels) => found.push({ suffix: '', labels, value }))
      yield* found
    })
  }

  /** Everything there is to tell now, sorted by name. */
  *collect(): Iterable<CollectedMetric> {
    this.#rotate()
    for (const name of [...this.#metrics.keys()].toSorted()) {
      const registered = this.#metrics.get(name)
      if (registered !== undefined) yield { declaration: registered.declaration, samples: registered.samples() }
    }
  }

  #family<Labels extends readonly string[], Series>(
    declaration: MetricDeclaration<Labels>,
    make: () => Series,
    samples: (family: Family<Labels, Series>) => Iterable<Sample>,
  ): Family<Labels, Series> {
    const family = new Family(declaration, make)
    this.#register(declaration, family, () => samples(family))
    return family
  }

  #register(
    declaration: MetricDeclaration,
    family: { all(): Iterable<{ series: unknown }> } | undefined,
    samples: () => Iterable<Sample>,
  ): void {
    checkDeclaration(declaration)
    assert(!this.#metrics.has(declaration.name), `the metric ${declaration.name} is registered twice`)
    this.#metrics.set(declaration.name, { declaration, family, samples })
  }

  #rotate(): void {
    const nowMs = this.#clock.monotonic()
    if (nowMs - this.#rotatedAtMs < windowMs) return
    this.#rotatedAtMs = nowMs
    for (const { declaration, family } of this.#metrics.values()) {
      if (declaration.kind !== 'summary' || family === undefined) continue
      for (const { series } of family.all()) if (series instanceof Distribution) series.rotate()
    }
  }
}

/** A metric as it is at this moment. */
export interface CollectedMetric {
  readonly declaration: MetricDeclaration
  readonly samples: Iterable<Sample>
}

export interface Sample {
  /** Behind the name: `_count`, `_sum`, `_bucket`, or nothing. */
  readonly suffix: '' | '_count' | '_sum' | '_bucket'
  /** In the order of the declaration. */
  readonly labels: readonly string[]
  /** A label that only this kind of sample has. */
  readonly extra?: { readonly label: 'quantile' | 'le'; readonly value: number }
  readonly value: number
}

interface Registered {
  readonly declaration: MetricDeclaration
  readonly family: { all(): Iterable<{ series: unknown }> } | undefined
  readonly samples: () => Iterable<Sample>
}

function* summarySamples(series: Distribution, labels: readonly string[]): Iterable<Sample> {
  const values = series.quantiles(quantiles)
  for (const [index, rank] of quantiles.entries()) {
    yield { suffix: '', labels, extra: { label: 'quantile', value: rank }, value: values[index] ?? Number.NaN }
  }
  yield { suffix: '_sum', labels, value: series.sum }
  yield { suffix: '_count', labels, value: series.count }
}

function histogramSamples(bounds: readonly number[]): (series: Distribution, labels: readonly string[]) => Iterable<Sample> {
  return function* (series, labels) {
    const counts = series.cumulativeCounts(bounds)
    for (const [index, bound] of bounds.entries()) {
      yield { suffix: '_bucket', labels, extra: { label: 'le', value: bound }, value: counts[index] ?? 0 }
    }
    yield { suffix: '_bucket', labels, extra: { label: 'le', value: Number.POSITIVE_INFINITY }, value: series.count }
    yield { suffix: '_sum', labels, value: series.sum }
    yield { suffix: '_count', labels, value: series.count }
  }
}
