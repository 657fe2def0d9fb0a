import { int, list, long, string } from '@odradek/common/config'
import type { ConfigOf } from '@odradek/common/config'

/** Where the broker listens, and what it tells clients about that. */
export const listenerConfig = {
  listeners: list({
    default: ['PLAINTEXT://:9092'],
    isNonEmpty: true,
    scope: 'per-broker',
    doc:
      'Where the broker listens, as NAME://host:port with commas between. Names must differ, and ports too, unless one host is an IPv4 ' +
      'and the other an IPv6 address. Without a host, or with 0.0.0.0 or [::], it listens on all interfaces; with port 0 on any free port.',
  }),
  'advertised.listeners': list({
    default: null,
    doc:
      'The addresses that clients are told to connect to, for each listener of that name: needed behind port mappings, NAT and load balancers. ' +
      'Without it a client is told the address that it has connected to, which nearly always works.',
  }),
  'listener.security.protocol.map': string({
    default: 'SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT',
    scope: 'per-broker',
    doc: 'Which security protocol a listener speaks, as NAME:PROTOCOL with commas between. Needed for listeners that are not called like their protocol.',
  }),
}

/** Connections: how many, how large their requests are, how long they may be silent or slow. */
export const socketConfig = {
  'socket.listen.backlog.size': int({
    default: 1024,
    kafkaDefault: '50',
    atLeast: 1,
    doc:
      'How many connections the kernel keeps that wait to be accepted; it cuts the number at its own limit (somaxconn). Kafka has a thread ' +
      'that does nothing but accept; here many clients that come back at once wait for the end of a turn of the event loop.',
  }),
  'socket.request.max.bytes': int({
    default: 104_857_600,
    atLeast: 1,
    doc: 'The largest request. A connection that announces a larger one is closed before anything is allocated for it.',
  }),
  'max.connections': int({
    default: 20_000,
    atLeast: 0,
    scope: 'cluster-wide',
    kafkaDefault: '2147483647',
    doc:
      'How many connections the broker takes; further ones are closed at once. It never takes more than 60 % of the file descriptors ' +
      'that the process may have, because the log needs some too.',
  }),
  'max.connections.per.ip': int({
    default: 1_000,
    atLeast: 0,
    scope: 'cluster-wide',
    kafkaDefault: '2147483647',
    doc: 'How many connections the broker takes from one address; further ones are closed at once.',
  }),
  'max.connections.per.ip.overrides': string({
    default: '',
    scope: 'cluster-wide',
    doc: 'Other limits for some addresses, as address:number with commas between.',
    check: (text) => {
      const wrong = text.split(',').find((item) => item.trim() !== '' && !/^.+:\d+$/.test(item.trim()))
      return wrong === undefined ? undefined : `${wrong.trim()} is not of the form address:number`
    },
  }),
  'max.connection.creation.rate': int({
    default: 500,
    atLeast: 0,
    scope: 'cluster-wide',
    kafkaDefault: '2147483647',
    doc: 'How many new connections a second the broker takes in the mean over some ten seconds; further ones are closed at once.',
  }),
  'connections.max.idle.ms': long({
    default: 600_000,
    doc: 'A connection that sends no request for so long, and waits for no answer, is closed. Negative: never.',
  }),
  'request.receive.timeout.ms': int({
    default: 30_000,
    atLeast: 1,
    isOurs: true,
    doc: 'How long a request may take from its first byte to its last, or for each MiB of a large one, before its connection is closed.',
  }),
  'response.send.timeout.ms': int({
    default: 60_000,
    atLeast: 1,
    isOurs: true,
    doc: 'How long a client may take to read an answer, or each MiB of a large one, before its connection is closed.',
  }),
}

/** Requests and answers in the broker: how many, how much memory. */
export const requestConfig = {
  'queued.max.requests': int({
    default: 500,
    atLeast: 1,
    doc:
      'How many requests may be in process that were sent while an earlier one of the same connection was. When there are more, connections ' +
      'that have one in process are not read. Each connection may always have one, so that long polls keep nobody from working.',
  }),
  'queued.max.request.bytes': long({
    default: -1,
    doc:
      'How many bytes of requests the broker holds: read and not started, or in process. When there are more, large requests are not read, ' +
      'and connections that leave one half sent are closed. -1: an eighth of the memory, but at least 64 MiB, at most 256 MiB and never less ' +
      'than one request of socket.request.max.bytes.',
  }),
  'queued.max.response.bytes': long({
    default: -1,
    isOurs: true,
    doc:
      'How many bytes of answers the broker holds that clients have not read. When there are more, fetches get one batch at a time, and ' +
      'connections that do not read at all are closed. -1: an eighth of the memory, at least 64 MiB.',
  }),
}

/** All settings of the network. */
export const networkConfig = { ...listenerConfig, ...socketConfig, ...requestConfig }

export type NetworkConfig = ConfigOf<typeof networkConfig>
