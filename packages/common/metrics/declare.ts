/** What every metric says of itself, wherever it is registered. Reference pages are made of it. */
export interface MetricDeclaration<Labels extends readonly string[] = readonly string[]> {
  readonly kind: 'counter' | 'gauge' | 'summary' | 'histogram'
  /** As in Prometheus; a counter ends in `_total`. */
  readonly name: string
  /** The object name under which Kafka shows the same thing over JMX, for who comes from there. */
  readonly jmx?: string
  /** One sentence. */
  readonly help: string
  readonly labels: Labels
}

export interface CounterDeclaration<Labels extends readonly string[]> extends MetricDeclaration<Labels> {
  readonly kind: 'counter'
}

export interface GaugeDeclaration<Labels extends readonly string[]> extends MetricDeclaration<Labels> {
  readonly kind: 'gauge'
}

/** Durations, sizes: many values of which the spread matters. */
export interface DistributionDeclaration<Labels extends readonly string[]> extends MetricDeclaration<Labels> {
  /**
   * A summary has quantiles of the last minutes, as Kafka's JMX metrics have. A histogram has counts below bounds since
   * the start, which can be added up over brokers.
   */
  readonly kind: 'summary' | 'histogram'
  /** What is told apart at the lower end, in the unit of the metric; 0.001 by default, a microsecond of a metric in ms. */
  readonly resolution: number
  /** Upper bounds of a histogram, rising. */
  readonly bounds: readonly number[]
}

interface Common<Labels extends readonly string[]> {
  readonly name: string
  readonly jmx?: string
  readonly help: string
  readonly labels?: Labels
}

/** A number of things that happened. Rates are for the one who asks: `rate(name[1m])`. */
export function declareCounter<const Labels extends readonly string[] = readonly []>(of: Common<Labels>): CounterDeclaration<Labels> {
  return { ...of, kind: 'counter', labels: labelsOf(of) }
}

/** A number that goes up and down. */
export function declareGauge<const Labels extends readonly string[] = readonly []>(of: Common<Labels>): GaugeDeclaration<Labels> {
  return { ...of, kind: 'gauge', labels: labelsOf(of) }
}

/** A distribution that is shown as quantiles of the last minutes. */
export function declareSummary<const Labels extends readonly string[] = readonly []>(
  of: Common<Labels> & { readonly resolution?: number },
): DistributionDeclaration<Labels> {
  return { ...of, kind: 'summary', labels: labelsOf(of), resolution: of.resolution ?? 0.001, bounds: [] }
}

/** A distribution that is shown as counts below bounds. Counts are exact to 6 % of a bound. */
export function declareHistogram<const Labels extends readonly string[] = readonly []>(
  of: Common<Labels> & { readonly resolution?: number; readonly bounds: readonly number[] },
): DistributionDeclaration<Labels> {
  return { ...of, kind: 'histogram', labels: labelsOf(of), resolution: of.resolution ?? 0.001 }
}

/** Without labels there are none: the default of the type parameter says so to the compiler. */
function labelsOf<Labels extends readonly string[]>(of: Common<Labels>): Labels
function labelsOf(of: Common<readonly string[]>): readonly string[] {
  return of.labels ?? []
}
