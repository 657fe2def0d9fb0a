import { int, list, long, string } from '@odradek/common/config'
import * as network from '@odradek/network'
import { unused } from './unused.ts'

/** Where the broker listens, and what it tells clients about that. */
export const listenerConfig = {
  ...network.listenerConfig,
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
  ...network.socketConfig,
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
}

/** Requests in the broker: how many, how much memory. */
export const requestConfig = {
  ...network.requestConfig,
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
  'request.timeout.ms': int({
    default: 30_000,
    doc: 'How long a request that this broker sends waits for its answer.',
    unused: unused.oneBroker,
  }),
  'fetch.max.bytes': int({ default: 57_671_680, atLeast: 1024, doc: 'How much one fetch answers at most, whatever the client asks for.' }),
  'max.incremental.fetch.session.cache.slots': int({
    default: 1000,
    atLeast: 0,
    doc: 'How many fetch sessions the broker remembers, with 500 partitions each in the mean. Clients without one send all their partitions each time.',
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
