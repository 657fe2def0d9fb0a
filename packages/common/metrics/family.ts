import assert from 'node:assert/strict'
import type { MetricDeclaration } from './declare.ts'

/** Label values may come from clients (topics, users), so there is an end to how many series one metric has. */
const maxSeries = 20_000

/** One text for each label. */
export type LabelValues<Labels extends readonly string[]> = { readonly [Index in keyof Labels]: string }

/** A metric with all its series, one for each combination of label values. */
export class Family<Labels extends readonly string[], Series> {
  readonly declaration: MetricDeclaration<Labels>
  readonly #make: () => Series
  readonly #series = new Map<string, { readonly values: readonly string[]; readonly series: Series }>()

  constructor(declaration: MetricDeclaration<Labels>, make: () => Series) {
    this.declaration = declaration
    this.#make = make
  }

  /**
   * The series of these label values, made on first use. Keep it instead of asking each time: asking costs a string and
   * a look-up. When there are too many, new ones are counted together under `other`.
   */
  of(...values: LabelValues<Labels>): Series {
    const key = keyOf(values)
    const existing = this.#series.get(key)
    if (existing !== undefined) return existing.series
    if (this.#series.size >= maxSeries && values.some((value) => value !== 'other')) return this.#other()
    const series = this.#make()
    this.#series.set(key, { values, series })
    return series
  }

  /** Forgets a series whose subject is gone, say a deleted topic. */
  remove(...values: LabelValues<Labels>): void {
    this.#series.delete(keyOf(values))
  }

  /** All series, in the order in which they were made. */
  *all(): Iterable<{ readonly values: readonly string[]; readonly series: Series }> {
    yield* this.#series.values()
  }

  #other(): Series {
    const values = this.declaration.labels.map(() => 'other')
    const key = keyOf(values)
    const entry = this.#series.get(key) ?? { values, series: this.#make() }
    this.#series.set(key, entry)
    return entry.series
  }
}

function keyOf(values: readonly string[]): string {
  return values.length === 1 ? (values[0] ?? '') : values.join('\u0000')
}

/** Names by which Prometheus tells metrics and labels apart. */
export function checkDeclaration({ name, kind, labels, help }: MetricDeclaration): void {
  assert.match(name, /^[a-zA-Z_:][a-zA-Z0-9_:]*$/, `${name} is no name for a metric`)
  assert(kind !== 'counter' || name.endsWith('_total'), `the counter ${name} must end in _total`)
  assert(help !== '' && !help.includes('\n'), `${name} needs a sentence of help`)
  for (const label of labels) assert.match(label, /^[a-zA-Z_][a-zA-Z0-9_]*$/, `${label} is no name for a label of ${name}`)
}
