import { declareCounter, declareGauge } from '@odradek/common/metrics'
import type { MetricsRegistry } from '@odradek/common/metrics'
import type { NetworkServer } from './network-server.ts'

const connections = declareGauge({
  name: 'kafka_server_socket_server_metrics_connection_count',
  jmx: 'kafka.server:type=socket-server-metrics,listener=*,networkProcessor=*',
  help: 'Connections that are open.',
  labels: ['listener'],
})
const opened = declareCounter({
  name: 'kafka_server_socket_server_metrics_connection_creation_total',
  jmx: 'kafka.server:type=socket-server-metrics,listener=*,networkProcessor=*',
  help: 'Connections that were accepted.',
})
const closed = declareCounter({
  name: 'kafka_server_socket_server_metrics_connection_close_total',
  jmx: 'kafka.server:type=socket-server-metrics,listener=*,networkProcessor=*',
  help: 'Accepted connections that have ended, whoever ended them.',
})
const refused = declareCounter({
  name: 'kafka_server_socket_server_metrics_connection_refused_total',
  help: 'Connections that were closed at once because there were too many, or too many a second.',
})
const malformed = declareCounter({
  name: 'kafka_server_socket_server_metrics_connection_malformed_total',
  help: 'Connections that were closed because of what they sent, or did not finish to send or read in time.',
})
const expired = declareCounter({
  name: 'kafka_network_socketserver_expiredconnectionskilledcount_total',
  jmx: 'kafka.network:type=SocketServer,name=ExpiredConnectionsKilledCount',
  help: 'Connections that were closed because they were idle or too slow.',
})
const received = declareCounter({
  name: 'kafka_server_socket_server_metrics_incoming_byte_total',
  jmx: 'kafka.server:type=socket-server-metrics,listener=*,networkProcessor=*',
  help: 'Bytes of the requests that were started.',
})
const sent = declareCounter({
  name: 'kafka_server_socket_server_metrics_outgoing_byte_total',
  jmx: 'kafka.server:type=socket-server-metrics,listener=*,networkProcessor=*',
  help: 'Bytes of the answers that were handed to the kernel.',
})
const requestBytes = declareGauge({
  name: 'kafka_network_socketserver_memorypoolused',
  jmx: 'kafka.network:type=SocketServer,name=MemoryPoolUsed',
  help: 'Bytes of requests that are held: read and not started, or in process (limit: queued.max.request.bytes).',
})
const requestBytesLeft = declareGauge({
  name: 'kafka_network_socketserver_memorypoolavailable',
  jmx: 'kafka.network:type=SocketServer,name=MemoryPoolAvailable',
  help: 'How many more bytes of requests may be held.',
})
const responseBytes = declareGauge({
  name: 'kafka_network_socketserver_responsememoryused',
  help: 'Bytes of answers that clients have not read (limit: queued.max.response.bytes).',
})
const queuedRequests = declareGauge({
  name: 'kafka_network_requestchannel_requestqueuesize',
  jmx: 'kafka.network:type=RequestChannel,name=RequestQueueSize',
  help: 'Requests in process that came while an earlier one of their connection was (limit: queued.max.requests).',
})
const waiting = declareGauge({
  name: 'kafka_network_socketserver_waitingconnections',
  help: 'Connections that are not read at the moment because of what others hold.',
})

/** All metrics that this file declares. */
export const networkMetrics = [
  connections,
  opened,
  closed,
  refused,
  malformed,
  expired,
  received,
  sent,
  requestBytes,
  requestBytesLeft,
  responseBytes,
  queuedRequests,
  waiting,
]

/** Registers what there is to see of the network. Nothing is counted twice: the server is asked when somebody looks. */
export function observeNetwork(registry: MetricsRegistry, server: NetworkServer): void {
  const { statistics, pressure } = server
  registry.observe(connections, (report) => {
    for (const [listener, count] of server.connectionsByListener()) report(count, listener)
  })
  registry.observe(opened, (report) => report(statistics.connectionsOpened))
  registry.observe(closed, (report) => report(statistics.connectionsClosed))
  registry.observe(refused, (report) => report(statistics.connectionsRefused))
  registry.observe(malformed, (report) => report(statistics.malformed))
  registry.observe(expired, (report) => report(statistics.expired))
  registry.observe(received, (report) => report(statistics.receivedBytes))
  registry.observe(sent, (report) => report(statistics.sentBytes))
  registry.observe(requestBytes, (report) => report(pressure.requestBytes))
  registry.observe(requestBytesLeft, (report) => report(Math.max(0, pressure.limits.maxRequestBytes - pressure.requestBytes)))
  registry.observe(responseBytes, (report) => report(pressure.responseBytes))
  registry.observe(queuedRequests, (report) => report(pressure.overlappingRequests))
  registry.observe(waiting, (report) => report(pressure.waiting))
}
