import { int, list, long, string } from '@odradek/common/config'
import { unused } from './unused.ts'

/** Where the broker listens, and what it tells clients about that. */
export const listenerConfig = {
  listeners: list({
    default: ['PLAINTEXT://:9092'],
    isNonEmpty: true,
    scope: 'per-broker',
    doc: 'Where the broker listens, as NAME://host:port. Without a host it is all addresses of the machine, with port 0 any free port.',
  }),
  'advertised.listeners': list({
    default: null,
    doc: 'What clients are told to connect to, as NAME://host:port. When it is not set, a client is told the address at which it reached the broker.',
  }),
  'listener.security.protocol.map': string({
    default: 'SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT',
    scope: 'per-broker',
    doc: 'Which security protocol a listener of a name speaks, as NAME:PROTOCOL. Settings of one listener have the prefix listener.name.<name in lower case>.',
  }),
  'inter.broker.listener.name': string({
    default: null,
    doc: 'The listener at which other brokers reach this one. Either this or security.inter.broker.protocol may be set.',
    unused: unused.oneBroker,
  }),
  'early.start.listeners': list({
    default: null,
    doc: 'Listeners that are opened before the authorizer is ready; those of the controller when it is not set.',
    unused: unused.security,
  }),
}

/** Connections: how many, how large their buffers are, how long they may be silent. */
export const socketConfig = {
  'socket.send.buffer.bytes': int({
    default: 102_400,
    doc: 'SO_SNDBUF of a connection.',
    unused: 'the operating system sizes the buffers of sockets',
  }),
  'socket.receive.buffer.bytes': int({
    default: 102_400,
    doc: 'SO_RCVBUF of a connection.',
    unused: 'the operating system sizes the buffers of sockets',
  }),
  'socket.listen.backlog.size': int({
    default: 50,
    atLeast: 1,
    doc: 'How many connections the operating system keeps that have not been accepted yet.',
  }),
  'socket.request.max.bytes': int({
    default: 104_857_600,
    atLeast: 1,
    doc: 'The largest request. A connection that announces a larger one is closed.',
  }),
  'socket.connection.setup.timeout.ms': long({
    default: 10_000,
    doc: 'How long this broker waits for a connection that it opens itself.',
    unused: unused.oneBroker,
  }),
  'socket.connection.setup.timeout.max.ms': long({
    default: 30_000,
    doc: 'The same after many failures; it grows with each.',
    unused: unused.oneBroker,
  }),
  'max.connections': int({
    default: 20_000,
    kafkaDefault: '2147483647',
    atLeast: 0,
    scope: 'cluster-wide',
    doc: 'How many connections the broker keeps open at the same time; never more than 60 % of the descriptors it may have. Further ones are refused.',
  }),
  'max.connections.per.ip': int({
    default: 1000,
    kafkaDefault: '2147483647',
    atLeast: 0,
    scope: 'cluster-wide',
    doc: 'How many connections come from one address at the same time. Further ones are refused.',
  }),
  'max.connections.per.ip.overrides': string({
    default: '',
    scope: 'cluster-wide',
    doc: 'Exceptions from max.connections.per.ip, as host:count with commas between them.',
  }),
  'max.connection.creation.rate': int({
    default: 500,
    kafkaDefault: '2147483647',
    atLeast: 0,
    scope: 'cluster-wide',
    doc: 'How many connections a second are accepted. Those beyond it wait in the backlog of the operating system.',
  }),
  'connections.max.idle.ms': long({ default: 600_000, doc: 'After what silence a connection is closed.' }),
  'connection.handshake.timeout.ms': int({
    default: 10_000,
    atLeast: 1,
    isOurs: true,
    doc: 'How long a client may take for TLS and SASL together before its connection is closed.',
    unused: unused.security,
  }),
  'connection.failed.authentication.delay.ms': int({
    default: 100,
    atLeast: 0,
    doc: 'How long the answer to a failed authentication is held back.',
    unused: unused.security,
  }),
  'request.receive.timeout.ms': int({
    default: 30_000,
    atLeast: 1,
    isOurs: true,
    doc: 'How long a client may take from the first to the last byte of a request before its connection is closed.',
  }),
  'response.send.timeout.ms': int({
    default: 60_000,
    atLeast: 1,
    isOurs: true,
    doc: 'How long a client may take to read an answer that is on its way before its connection is closed.',
  }),
}

/** Requests in the broker: how many, how much memory. */
export const requestConfig = {
  'num.network.threads': int({
    default: 3,
    atLeast: 1,
    scope: 'cluster-wide',
    doc: 'How many threads read requests and send answers.',
    unused: unused.threads,
  }),
  'num.io.threads': int({
    default: 8,
    atLeast: 1,
    scope: 'cluster-wide',
    doc: 'How many threads process requests.',
    unused: unused.threads,
  }),
  'background.threads': int({
    default: 10,
    atLeast: 1,
    scope: 'cluster-wide',
    doc: 'How many threads do what has to be done now and then.',
    unused: unused.threads,
  }),
  'queued.max.requests': int({
    default: 500,
    atLeast: 1,
    doc: 'How many requests may be in process before the broker stops reading from its connections.',
  }),
  'queued.max.request.bytes': long({
    default: -1,
    doc: 'How many bytes of requests may be in process before the broker stops reading from its connections; −1 is an eighth of the memory, 64 MiB at least.',
  }),
  'queued.max.response.bytes': long({
    default: -1,
    isOurs: true,
    doc: 'How many bytes of answers may wait to be sent. When they are used up, fetches get less, one batch at least; −1 is an eighth of the memory, 64 MiB at least.',
  }),
  'request.timeout.ms': int({
    default: 30_000,
    doc: 'How long a request that this broker sends waits for its answer.',
    unused: unused.oneBroker,
  }),
  'fetch.max.bytes': int({ default: 57_671_680, atLeast: 1024, doc: 'How much one fetch answers at most, whatever the client asks for.' }),
  'batch.inflate.max.bytes': int({
    default: 33_554_432,
    atLeast: 1024,
    isOurs: true,
    doc: 'How large a compressed batch may become when the broker has to look into it. It never takes less than 16 times message.max.bytes.',
  }),
  'max.incremental.fetch.session.cache.slots': int({
    default: 1000,
    atLeast: 0,
    doc: 'How many fetch sessions the broker remembers. Clients without one send all their partitions each time.',
  }),
  'fetch.purgatory.purge.interval.requests': int({
    default: 1000,
    doc: 'After how many fetches those that were answered are forgotten.',
    unused: unused.purgatory,
  }),
  'producer.purgatory.purge.interval.requests': int({
    default: 1000,
    doc: 'After how many produce requests those that were answered are forgotten.',
    unused: unused.purgatory,
  }),
  'delete.records.purgatory.purge.interval.requests': int({
    default: 1,
    doc: 'After how many DeleteRecords requests those that were answered are forgotten.',
    unused: unused.purgatory,
  }),
  'share.fetch.purgatory.purge.interval.requests': int({
    default: 1000,
    doc: 'After how many share fetches those that were answered are forgotten.',
    unused: unused.purgatory,
  }),
}
