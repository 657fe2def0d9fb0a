import type { MetricGroup, Named, SensorMetrics } from './client-metrics.ts'

/** Average and maximum of something, under the names that Kafka makes of one. */
export function avgAndMax(name: string, what: string): SensorMetrics {
  return { avg: [`${name}-avg`, `${what}, on average`], max: [`${name}-max`, `${what}, at most`] }
}

/** The sum of what is recorded, a second and of all time. `that`: what follows `what a second`. */
export function sums(name: string, what: string, that = ''): { readonly rate: Named; readonly total: Named } {
  return { rate: [`${name}-rate`, `${what} a second${that}`], total: [`${name}-total`, `${what}${that}`] }
}

/** How often something is recorded, a second and of all time. */
export function counts(name: string, what: string, that = ''): SensorMetrics {
  const { rate, total } = sums(name, what, that)
  return { countRate: rate, countTotal: total }
}

/** Metrics of topics, partitions and brokers, which come and go. */
export class Members<Metrics extends { readonly group: MetricGroup }> {
  readonly #members = new Map<number | string, Metrics>()

  /** Made when first asked for. */
  get(key: number | string, make: () => Metrics): Metrics {
    let member = this.#members.get(key)
    if (member === undefined) {
      member = make()
      this.#members.set(key, member)
    }
    return member
  }

  forget(key: number | string): void {
    this.#members.get(key)?.group.close()
    this.#members.delete(key)
  }
}
