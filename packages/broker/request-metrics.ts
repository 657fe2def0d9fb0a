import { declareCounter, declareSummary } from '@odradek/common/metrics'
import type { Counter, Distribution, Family, MetricsRegistry } from '@odradek/common/metrics'
import type { Clock } from '@odradek/common/time'
import { errorName } from '@odradek/protocol'
import type { Handler } from './handler.ts'
import type { RequestInFlight } from './request-context.ts'
import { errorVisitor } from './response-errors.ts'
import type { ErrorVisitor } from './response-errors.ts'

const requests = declareCounter({
  name: 'kafka_network_requestmetrics_requests_total',
  jmx: 'kafka.network:type=RequestMetrics,name=RequestsPerSec',
  help: 'Requests that were answered.',
  labels: ['request', 'version'],
})

const errors = declareCounter({
  name: 'kafka_network_requestmetrics_errors_total',
  jmx: 'kafka.network:type=RequestMetrics,name=ErrorsPerSec',
  help: 'Errors that answers told of, each topic, partition or group counted on its own.',
  labels: ['request', 'error'],
})

const totalTime = declareSummary({
  name: 'kafka_network_requestmetrics_totaltimems',
  jmx: 'kafka.network:type=RequestMetrics,name=TotalTimeMs',
  help: 'Milliseconds from the last byte of a request to its answer being ready to send.',
  labels: ['request'],
})

const localTime = declareSummary({
  name: 'kafka_network_requestmetrics_localtimems',
  jmx: 'kafka.network:type=RequestMetrics,name=LocalTimeMs',
  help: 'Milliseconds of that in which the request was worked on before it was answered or had to wait.',
  labels: ['request'],
})

const remoteTime = declareSummary({
  name: 'kafka_network_requestmetrics_remotetimems',
  jmx: 'kafka.network:type=RequestMetrics,name=RemoteTimeMs',
  help: 'Milliseconds of that in which the request waited: for replicas, for records, for other members of a group, for the disk.',
  labels: ['request'],
})

/** All metrics that this file declares. */
export const requestMetrics = [requests, errors, totalTime, localTime, remoteTime]

/** Counts and times requests, each API apart. */
export class RequestMetrics {
  readonly #clock: Clock
  readonly #families: Families

  constructor(options: { readonly registry: MetricsRegistry; readonly clock: Clock }) {
    this.#clock = options.clock
    this.#families = {
      requests: options.registry.counter(requests),
      errors: options.registry.counter(errors),
      totalTime: options.registry.distribution(totalTime),
      localTime: options.registry.distribution(localTime),
      remoteTime: options.registry.distribution(remoteTime),
    }
  }

  ofApi(api: Handler['api']): ApiMetrics {
    return new ApiMetrics(api, this.#families, this.#clock)
  }
}

interface Families {
  readonly requests: Family<readonly ['request', 'version'], Counter>
  readonly errors: Family<readonly ['request', 'error'], Counter>
  readonly totalTime: Family<readonly ['request'], Distribution>
  readonly localTime: Family<readonly ['request'], Distribution>
  readonly remoteTime: Family<readonly ['request'], Distribution>
}

/** The metrics of one API. What is asked for with each request is looked up once. */
export class ApiMetrics {
  readonly #name: string
  readonly #families: Families
  readonly #clock: Clock
  readonly #visitErrors: ErrorVisitor | undefined
  readonly #byVersion: Counter[] = []
  readonly #byError = new Map<number, Counter>()
  #times: { readonly total: Distribution; readonly local: Distribution; readonly remote: Distribution } | undefined

  constructor(api: Handler['api'], families: Families, clock: Clock) {
    // Kafka counts the fetches of consumers and of followers apart; followers come with the cluster.
    this.#name = api.name === 'Fetch' ? 'FetchConsumer' : api.name
    this.#families = families
    this.#clock = clock
    this.#visitErrors = errorVisitor(api.response)
  }

  /** The handler has returned and the answer is still to come. */
  waiting(request: RequestInFlight): void {
    request.waitingSinceMs = this.#clock.monotonic()
  }

  /** Gives the milliseconds for which the request kept the event loop to itself. */
  answered(request: RequestInFlight, response?: unknown): number {
    const { apiVersion, receivedMs, waitingSinceMs } = request
    const nowMs = this.#clock.monotonic()
    const localMs = (waitingSinceMs ?? nowMs) - receivedMs
    const times = (this.#times ??= this.#makeTimes())
    times.total.observe(nowMs - receivedMs)
    times.local.observe(localMs)
    times.remote.observe(waitingSinceMs === undefined ? 0 : nowMs - waitingSinceMs)
    const count = (this.#byVersion[apiVersion] ??= this.#families.requests.of(this.#name, String(apiVersion)))
    count.increment()
    this.#visitErrors?.(response, this.#countError)
    return localMs
  }

  readonly #countError = (code: number): void => {
    const known = this.#byError.get(code)
    const counter = known ?? this.#families.errors.of(this.#name, errorName(code))
    if (known === undefined) this.#byError.set(code, counter)
    counter.increment()
  }

  #makeTimes() {
    const { totalTime: total, localTime: local, remoteTime: remote } = this.#families
    return { total: total.of(this.#name), local: local.of(this.#name), remote: remote.of(this.#name) }
  }
}
