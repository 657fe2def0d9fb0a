import type { ClientMetrics, MetricGroup, Sensor } from './client-metrics.ts'
import { avgAndMax, counts, Members, sums } from './shown.ts'

/** Connections and requests of one client, as Java's Selector counts them. `kind`: `producer`, `consumer`, `admin-client`. */
export class ConnectionMetrics {
  readonly #metrics: ClientMetrics
  readonly #kind: string
  readonly #nodes = new Members<NodeMetrics>()
  readonly group: MetricGroup
  readonly created: Sensor
  readonly closed: Sensor
  readonly authenticated: Sensor
  readonly failedAuthentication: Sensor
  readonly reauthenticated: Sensor
  readonly failedReauthentication: Sensor
  /** Milliseconds. */
  readonly reauthenticationLatency: Sensor
  /** Bytes of each write. */
  readonly sent: Sensor
  /** Bytes of each read. */
  readonly received: Sensor
  /** Bytes of each request. */
  readonly requests: Sensor
  readonly responses: Sensor
  /** Now. */
  openConnections = 0
  requestsInFlight = 0
  #metadataAtMs: number | undefined

  constructor(metrics: ClientMetrics, kind: 'producer' | 'consumer' | 'admin-client') {
    this.#metrics = metrics
    this.#kind = kind
    const group = metrics.group(`${kind}-metrics`)
    this.group = group
    this.created = group.sensor(counts('connection-creation', 'New connections'))
    this.closed = group.sensor(counts('connection-close', 'Connections closed'))
    this.authenticated = group.sensor(counts('successful-authentication', 'Connections that authenticated'))
    this.failedAuthentication = group.sensor(counts('failed-authentication', 'Connections that failed to authenticate'))
    this.reauthenticated = group.sensor(counts('successful-reauthentication', 'Connections that authenticated again'))
    this.failedReauthentication = group.sensor(counts('failed-reauthentication', 'Connections that failed to authenticate again'))
    this.reauthenticationLatency = group.sensor(avgAndMax('reauthentication-latency', 'Milliseconds that authenticating again took'))
    this.sent = group.sensor(sent)
    this.received = group.sensor(received)
    this.requests = group.sensor(requests)
    this.responses = group.sensor(responses)
    group.gauge('connection-count', 'Open connections', () => this.openConnections)
    group.gauge('requests-in-flight', 'Requests that wait for their answers', () => this.requestsInFlight)
    group.gauge('metadata-age', 'Seconds since the metadata came', () =>
      this.#metadataAtMs === undefined ? Number.NaN : (metrics.clock.monotonic() - this.#metadataAtMs) / 1000,
    )
  }

  /** New metadata have come. */
  metadataCame(nowMs: number): void {
    this.#metadataAtMs = nowMs
  }

  /** The metrics of one broker, made when first asked for. */
  node(id: number): NodeMetrics {
    return this.#nodes.get(id, () => new NodeMetrics(this.#metrics.group(`${this.#kind}-node-metrics`, { 'node-id': `node-${id}` })))
  }

  /** A broker is gone from the metadata. */
  forgetNode(id: number): void {
    this.#nodes.forget(id)
  }
}

const sent = sums('outgoing-byte', 'Bytes sent')
const received = sums('incoming-byte', 'Bytes received')
const requests = { ...counts('request', 'Requests'), ...avgAndMax('request-size', 'Bytes of a request') }
const responses = counts('response', 'Answers')

/** The same of one broker. */
export class NodeMetrics {
  readonly group: MetricGroup
  /** Bytes of each request. */
  readonly requests: Sensor
  readonly sent: Sensor
  readonly received: Sensor
  readonly responses: Sensor
  /** Milliseconds. */
  readonly latency: Sensor

  constructor(group: MetricGroup) {
    this.group = group
    this.requests = group.sensor(requests)
    this.sent = group.sensor(sent)
    this.received = group.sensor(received)
    this.responses = group.sensor(responses)
    this.latency = group.sensor(avgAndMax('request-latency', 'Milliseconds from a request to its answer'))
  }
}
