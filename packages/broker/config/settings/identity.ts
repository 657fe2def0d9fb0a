import { int, list, listOf, long, maxLong, string } from '@odradek/common/config'
import { unused } from './unused.ts'

/** Who the broker is, and how it belongs to its cluster. */
export const identityConfig = {
  'process.roles': listOf(['broker', 'controller'], {
    default: ['broker', 'controller'],
    kafkaDefault: '(required)',
    isNonEmpty: true,
    doc: 'What this process is. Alone it is both.',
    unused: unused.quorum,
  }),
  'node.id': int({
    default: 1,
    kafkaDefault: '(required)',
    atLeast: 0,
    doc: 'The number of this broker in its cluster. It is written into the data directory at the first start and cannot change afterwards.',
  }),
  'broker.id': int({ default: -1, doc: 'The old name of node.id. When only this one is set, it counts.' }),
  'broker.rack': string({
    default: null,
    doc: 'Where this broker stands, for instance a zone. Clients with the same client.rack may read from replicas there.',
  }),
  'initial.broker.registration.timeout.ms': int({
    default: 60_000,
    doc: 'How long a starting broker tries to join its cluster.',
    unused: unused.quorum,
  }),
  'broker.heartbeat.interval.ms': int({
    default: 2000,
    doc: 'How often a broker tells the controller that it is alive.',
    unused: unused.quorum,
  }),
  'broker.session.timeout.ms': int({
    default: 9000,
    doc: 'After what silence the controller takes a broker for dead.',
    unused: unused.quorum,
  }),
  'server.max.startup.time.ms': long({
    default: maxLong,
    atLeast: 0,
    isInternal: true,
    doc: 'How long the start may take.',
  }),
  'config.providers': list({
    default: [],
    scope: 'cluster-wide',
    doc: 'Names of providers that replace references in values of settings.',
    unused: unused.plugins,
  }),
}
