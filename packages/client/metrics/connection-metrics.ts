import type { ClientMetrics, MetricGroup, Sensor } from './client-metrics.ts'

/** Connections and requests of one client, as Java's Selector counts them. `kind`: `producer`, `consumer`, `admin-client`. */
export class ConnectionMetrics {
  readonly #metrics: ClientMetrics
  readonly #kind: string
  readonly #nodes = new Map<number, NodeMetrics>()
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
    this.created = group.sensor({
      countRate: ['connection-creation-rate', 'New connections a second'],
      countTotal: ['connection-creation-total', 'New connections'],
    })
    this.closed = group.sensor({
      countRate: ['connection-close-rate', 'Connections closed a second'],
      countTotal: ['connection-close-total', 'Connections closed'],
    })
    this.authenticated = group.sensor({
      countRate: ['successful-authentication-rate', 'Connections that authenticated a second'],
      countTotal: ['successful-authentication-total', 'Connections that authenticated'],
    })
    this.failedAuthentication = group.sensor({
      countRate: ['failed-authentication-rate', 'Connections that failed to authenticate a second'],
      countTotal: ['failed-authentication-total', 'Connections that failed to authenticate'],
    })
    this.reauthenticated = group.sensor({
      countRate: ['successful-reauthentication-rate', 'Connections that authenticated again a second'],
      countTotal: ['successful-reauthentication-total', 'Connections that authenticated again'],
    })
    this.failedReauthentication = group.sensor({
      countRate: ['failed-reauthentication-rate', 'Connections that failed to authenticate again a second'],
      countTotal: ['failed-reauthentication-total', 'Connections that failed to authenticate again'],
    })
    this.reauthenticationLatency = group.sensor({
      avg: ['reauthentication-latency-avg', 'Milliseconds that authenticating again took, on average'],
      max: ['reauthentication-latency-max', 'Milliseconds that authenticating again took, at most'],
    })
    this.sent = group.sensor({
      rate: ['outgoing-byte-rate', 'Bytes sent a second'],
      total: ['outgoing-byte-total', 'Bytes sent'],
    })
    this.received = group.sensor({
      rate: ['incoming-byte-rate', 'Bytes received a second'],
      total: ['incoming-byte-total', 'Bytes received'],
    })
    this.requests = group.sensor({
      countRate: ['request-rate', 'Requests a second'],
      countTotal: ['request-total', 'Requests'],
      avg: ['request-size-avg', 'Bytes of a request, on average'],
      max: ['request-size-max', 'Bytes of a request, at most'],
    })
    this.responses = group.sensor({
      countRate: ['response-rate', 'Answers a second'],
      countTotal: ['response-total', 'Answers'],
    })
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
    let node = this.#nodes.get(id)
    if (node === undefined) {
      node = new NodeMetrics(this.#metrics.group(`${this.#kind}-node-metrics`, { 'node-id': `node-${id}` }))
      this.#nodes.set(id, node)
    }
    return node
  }

  /** A broker is gone from the metadata. */
  forgetNode(id: number): void {
    this.#nodes.get(id)?.group.close()
    this.#nodes.delete(id)
  }
}

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
    this.requests = group.sensor({
      countRate: ['request-rate', 'Requests a second'],
      countTotal: ['request-total', 'Requests'],
      avg: ['request-size-avg', 'Bytes of a request, on average'],
      max: ['request-size-max', 'Bytes of a request, at most'],
    })
    this.sent = group.sensor({
      rate: ['outgoing-byte-rate', 'Bytes sent a second'],
      total: ['outgoing-byte-total', 'Bytes sent'],
    })
    this.received = group.sensor({
      rate: ['incoming-byte-rate', 'Bytes received a second'],
      total: ['incoming-byte-total', 'Bytes received'],
    })
    this.responses = group.sensor({
      countRate: ['response-rate', 'Answers a second'],
      countTotal: ['response-total', 'Answers'],
    })
    this.latency = group.sensor({
      avg: ['request-latency-avg', 'Milliseconds from a request to its answer, on average'],
      max: ['request-latency-max', 'Milliseconds from a request to its answer, at most'],
    })
  }
}
