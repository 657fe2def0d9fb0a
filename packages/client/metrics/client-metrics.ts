import type { Clock } from '@odradek/common/time'
import type { Metric, Metrics } from './metrics.ts'
import { Windows } from './windows.ts'

/** Name and description of a metric. */
export type Named = readonly [name: string, description: string]

/** What is to be shown of a figure that is recorded again and again. */
export interface SensorMetrics {
  readonly avg?: Named
  readonly max?: Named
  readonly min?: Named
  /** Sum a second. */
  readonly rate?: Named
  /** Of nanoseconds: which part of the time they are. */
  readonly shareOfTime?: Named
  /** Sum of all time. */
  readonly total?: Named
  /** Records a second. */
  readonly countRate?: Named
  /** Records an hour. */
  readonly countPerHour?: Named
  /** Records of all time. */
  readonly countTotal?: Named
}

/** Where a figure is recorded: cheap enough for once a request or batch, not for once a record. */
export interface Sensor {
  /** `nowMs`: monotonic time, for whoever has just read the clock and records several figures. */
  record(value: number, nowMs?: number): void
}

/** A figure that only grows. `value` may be added to directly where every nanosecond counts. */
export class Total {
  value = 0

  add(count = 1): void {
    this.value += count
  }
}

/** All metrics of one client. */
export class ClientMetrics {
  readonly clock: Clock
  readonly #clientId: string
  readonly #groups = new Set<MetricGroup>()

  constructor(clock: Clock, clientId: string) {
    this.clock = clock
    this.#clientId = clientId
  }

  /** A group of metrics that come and go together; `tags` beside `client-id`. */
  group(name: string, tags: Readonly<Record<string, string>> = {}): MetricGroup {
    const group = new MetricGroup(this.clock, name, { 'client-id': this.#clientId, ...tags }, () => this.#groups.delete(group))
    this.#groups.add(group)
    return group
  }

  /** What users see. */
  view(): Metrics {
    return new View(this.#groups)
  }
}

export class MetricGroup implements Iterable<Metric> {
  readonly name: string
  readonly tags: Readonly<Record<string, string>>
  readonly #clock: Clock
  readonly #metrics: Metric[] = []
  readonly #remove: () => void

  constructor(clock: Clock, name: string, tags: Readonly<Record<string, string>>, remove: () => void) {
    this.#clock = clock
    this.name = name
    this.tags = tags
    this.#remove = remove
  }

  [Symbol.iterator](): Iterator<Metric> {
    return this.#metrics[Symbol.iterator]()
  }

  /** One figure with everything that is to be shown of it. */
  sensor(metrics: SensorMetrics): Sensor {
    const windows = new Windows(this.#clock)
    const show = (named: Named | undefined, value: () => number): void => {
      if (named !== undefined) this.gauge(...named, value)
    }
    show(metrics.avg, () => windows.avg())
    show(metrics.max, () => windows.max())
    show(metrics.min, () => windows.min())
    show(metrics.rate, () => windows.rate())
    show(metrics.shareOfTime, () => windows.rate() / 1e9)
    show(metrics.total, () => windows.sum)
    show(metrics.countRate, () => windows.countRate())
    show(metrics.countPerHour, () => windows.countRate() * 3600)
    show(metrics.countTotal, () => windows.count)
    return windows
  }

  /** A count that only grows, for what happens too often for a sensor. */
  total(name: string, description: string): Total {
    const total = new Total()
    this.gauge(name, description, () => total.value)
    return total
  }

  /** A value that is there already, and asked for when somebody looks. */
  gauge(name: string, description: string, value: () => number): void {
    const { name: group, tags } = this
    this.#metrics.push({ name, group, description, tags, value })
  }

  /** Takes them away: of a partition that went, of a broker that is gone. */
  close(): void {
    this.#remove()
  }
}

class View implements Metrics {
  readonly #groups: ReadonlySet<MetricGroup>

  constructor(groups: ReadonlySet<MetricGroup>) {
    this.#groups = groups
  }

  get size(): number {
    return [...this].length
  }

  *[Symbol.iterator](): IterableIterator<Metric> {
    for (const group of this.#groups) yield* group
  }

  get(name: string, where: { readonly group?: string; readonly tags?: Readonly<Record<string, string>> } = {}): number | undefined {
    const wanted = Object.entries(where.tags ?? {})
    for (const group of this.#groups) {
      if (where.group !== undefined && where.group !== group.name) continue
      if (!wanted.every(([tag, value]) => group.tags[tag] === value)) continue
      for (const metric of group) if (metric.name === name) return metric.value()
    }
    return undefined
  }
}
