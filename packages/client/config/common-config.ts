import { define, enumOf, int, long, string } from '@odradek/common/config'
import type { ConfigDef } from '@odradek/common/config'
import { readEndpoints } from './bootstrap-servers.ts'
import type { BootstrapServer } from './bootstrap-servers.ts'

export const mostInt = 2_147_483_647

const servers = (options: { readonly doc: string; readonly default?: '' }): ConfigDef<readonly BootstrapServer[]> =>
  define({ type: 'LIST', valid: 'host:port', read: readEndpoints }, options, options.default)

/** Settings that producers, consumers and admins have in common, without those of security. */
export const commonConfig = {
  'bootstrap.servers': servers({
    doc: 'Brokers to begin with, as `host:port`. A few are enough: all others are learnt from them.',
  }),
  'client.id': string({
    default: '',
    doc: 'Name of this client in requests, quotas, metrics and the logs of brokers. By default `producer-1`, `consumer-<group>-1`, `adminclient-1` and so on.',
  }),
  'client.dns.lookup': enumOf(['use_all_dns_ips', 'resolve_canonical_bootstrap_servers_only'], {
    default: 'use_all_dns_ips',
    doc: 'Whether the addresses of a name are tried one after the other, or each bootstrap address is replaced by its canonical names first.',
  }),
  'request.timeout.ms': int({
    default: 30_000,
    atLeast: 0,
    doc: 'How long one attempt waits for its answer. After that the connection is closed.',
  }),
  'retry.backoff.ms': long({
    default: 100,
    atLeast: 0,
    doc: 'How long the second attempt waits. It doubles with each further one, ± 20 % (KIP-580).',
  }),
  'retry.backoff.max.ms': long({ default: 1_000, atLeast: 0, doc: 'The longest that an attempt waits for its turn.' }),
  'reconnect.backoff.ms': long({
    default: 50,
    atLeast: 0,
    doc: 'How long a broker is left alone after a connection to it failed. It doubles with each failure, ± 20 %.',
  }),
  'reconnect.backoff.max.ms': long({
    default: 1_000,
    atLeast: 0,
    doc: 'The longest that a broker is left alone. Where only `reconnect.backoff.ms` is given, that is always how long.',
  }),
  'socket.connection.setup.timeout.ms': long({
    default: 10_000,
    atLeast: 0,
    doc: 'How long opening a connection may take, to the end of its authentication. It doubles with each failure, ± 20 %.',
  }),
  'socket.connection.setup.timeout.max.ms': long({ default: 30_000, atLeast: 0, doc: 'The longest that opening a connection may take.' }),
  'connections.max.idle.ms': long({
    default: 540_000,
    doc: 'After how long without requests a connection is closed; below the 600 000 of brokers, so that it is not they who close it. Admins: 300 000.',
  }),
  'metadata.max.age.ms': long({
    default: 300_000,
    atLeast: 0,
    doc: 'How old metadata may become, and how long a read replica is preferred.',
  }),
  'metadata.recovery.strategy': enumOf(['rebootstrap', 'none'], {
    ignoresCase: true,
    default: 'rebootstrap',
    doc: 'What to do when no known broker can be reached: begin again with `bootstrap.servers` (KIP-899), or go on trying.',
  }),
  'metadata.recovery.rebootstrap.trigger.ms': long({
    default: 300_000,
    atLeast: 0,
    doc: 'After how long without metadata to begin again with `bootstrap.servers` (KIP-1102).',
  }),
  'odradek.receive.message.max.bytes': int({
    default: 104_857_600,
    atLeast: 1_024,
    isOurs: true,
    doc: 'The largest answer that is taken; the connection is closed when a broker announces a larger one.',
  }),
}

/** Of those whose calls have a time as a whole. */
export const apiTimeoutConfig = {
  'default.api.timeout.ms': int({
    default: 60_000,
    atLeast: 0,
    doc: 'How long a call may take, with all its attempts. `timeoutMs` of a call counts before it.',
  }),
}

/** Of those that count attempts. */
export const retriesConfig = {
  retries: int({
    default: mostInt,
    atLeast: 0,
    atMost: mostInt,
    doc: 'How many further attempts there may be. Bound the time instead. A producer with 0 is not idempotent.',
  }),
}

/** Of admins. */
export const adminOnlyConfig = {
  'bootstrap.servers': servers({ default: '', doc: 'Brokers to begin with, as `host:port`. Either these or `bootstrap.controllers`.' }),
  'bootstrap.controllers': servers({ default: '', doc: 'Controllers to talk to instead of brokers, as `host:port` (KIP-919).' }),
  'connections.max.idle.ms': long({ default: 300_000, doc: 'After how long without requests a connection is closed.' }),
}
