import { boolean, classOf, double, enumOf, int, list, long, password, short, string } from '@odradek/common/config'
import { unused } from './unused.ts'

const { security } = unused
const kerberos = 'Kerberos is not offered'

/** SASL of listeners. Most can be given to one listener alone, with the prefix listener.name.<name>. */
export const saslConfig = {
  'sasl.enabled.mechanisms': list({
    default: ['GSSAPI'],
    scope: 'per-broker',
    doc: 'The mechanisms that clients may use: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER.',
    unused: security,
  }),
  'sasl.mechanism.inter.broker.protocol': string({
    default: 'GSSAPI',
    scope: 'per-broker',
    doc: 'The mechanism between brokers.',
    unused: security,
  }),
  'sasl.jaas.config': password({
    default: null,
    scope: 'per-broker',
    doc: 'The login module of a mechanism with its options, in the format of JAAS. It is given with the prefix of listener and mechanism.',
    unused: security,
  }),
  'sasl.server.callback.handler.class': classOf({
    default: null,
    doc: 'The class that checks credentials. It is given with the prefix of listener and mechanism.',
    unused: unused.plugins,
  }),
  'sasl.client.callback.handler.class': classOf({
    default: null,
    doc: 'The class that gives credentials on connections that this broker opens.',
    unused: unused.plugins,
  }),
  'sasl.login.class': classOf({ default: null, doc: 'The class that logs in.', unused: unused.plugins }),
  'sasl.login.callback.handler.class': classOf({
    default: null,
    doc: 'The class that gives what a login asks for.',
    unused: unused.plugins,
  }),
  'sasl.server.max.receive.size': int({ default: 524_288, doc: 'The largest request before a client is authenticated.', unused: security }),
  'connections.max.reauth.ms': long({
    default: 0,
    doc: 'How long a client may stay connected without authenticating anew; 0 is for ever.',
    unused: security,
  }),
  'sasl.login.connect.timeout.ms': int({ default: null, doc: 'How long a connection to the OAuth provider may take.', unused: security }),
  'sasl.login.read.timeout.ms': int({ default: null, doc: 'How long an answer of the OAuth provider may take.', unused: security }),
  'sasl.login.retry.backoff.ms': long({ default: 100, doc: 'The pause before the OAuth provider is asked again.', unused: security }),
  'sasl.login.retry.backoff.max.ms': long({ default: 10_000, doc: 'The longest such pause.', unused: security }),
  'sasl.login.refresh.window.factor': double({
    default: 0.8,
    scope: 'per-broker',
    doc: 'After which part of its life a token is renewed.',
    unused: security,
  }),
  'sasl.login.refresh.window.jitter': double({
    default: 0.05,
    scope: 'per-broker',
    doc: 'By which part of its life that moment varies.',
    unused: security,
  }),
  'sasl.login.refresh.min.period.seconds': short({
    default: 60,
    scope: 'per-broker',
    doc: 'The shortest time between two renewals.',
    unused: security,
  }),
  'sasl.login.refresh.buffer.seconds': short({
    default: 300,
    scope: 'per-broker',
    doc: 'How long before its end a token is renewed at the latest.',
    unused: security,
  }),
  'sasl.kerberos.service.name': string({
    default: null,
    scope: 'per-broker',
    doc: 'The name of the service in Kerberos.',
    unused: kerberos,
  }),
  'sasl.kerberos.kinit.cmd': string({ default: '/usr/bin/kinit', scope: 'per-broker', doc: 'The path of kinit.', unused: kerberos }),
  'sasl.kerberos.min.time.before.relogin': long({
    default: 60_000,
    scope: 'per-broker',
    doc: 'The shortest time between two logins.',
    unused: kerberos,
  }),
  'sasl.kerberos.principal.to.local.rules': list({
    default: ['DEFAULT'],
    scope: 'per-broker',
    doc: 'How a principal of Kerberos becomes a short name.',
    unused: kerberos,
  }),
  'sasl.kerberos.ticket.renew.jitter': double({
    default: 0.05,
    scope: 'per-broker',
    doc: 'By which part the time of renewing a ticket varies.',
    unused: kerberos,
  }),
  'sasl.kerberos.ticket.renew.window.factor': double({
    default: 0.8,
    scope: 'per-broker',
    doc: 'After which part of its life a ticket is renewed.',
    unused: kerberos,
  }),
}

/** SASL/OAUTHBEARER. */
export const oauthConfig = {
  'sasl.oauthbearer.token.endpoint.url': string({ default: null, doc: 'Where tokens are asked for.', unused: security }),
  'sasl.oauthbearer.jwks.endpoint.url': string({
    default: null,
    doc: 'Where the keys are that check the signatures of tokens.',
    unused: security,
  }),
  'sasl.oauthbearer.jwks.endpoint.refresh.ms': long({ default: 3_600_000, doc: 'How often these keys are read anew.', unused: security }),
  'sasl.oauthbearer.jwks.endpoint.retry.backoff.ms': long({
    default: 100,
    doc: 'The pause before they are asked for again after a failure.',
    unused: security,
  }),
  'sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms': long({ default: 10_000, doc: 'The longest such pause.', unused: security }),
  'sasl.oauthbearer.clock.skew.seconds': int({
    default: 30,
    doc: 'How far the clocks of provider and broker may be apart.',
    unused: security,
  }),
  'sasl.oauthbearer.expected.audience': list({ default: [], doc: 'Of these audiences a token has to have one.', unused: security }),
  'sasl.oauthbearer.expected.issuer': string({ default: null, doc: 'Who has to have issued a token.', unused: security }),
  'sasl.oauthbearer.scope': string({ default: null, doc: 'The scope that is asked for.', unused: security }),
  'sasl.oauthbearer.scope.claim.name': string({ default: 'scope', doc: 'The claim that holds the scope.', unused: security }),
  'sasl.oauthbearer.sub.claim.name': string({ default: 'sub', doc: 'The claim that holds the name of the principal.', unused: security }),
  'sasl.oauthbearer.jwt.retriever.class': classOf({
    default: 'org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever',
    doc: 'The class that asks for tokens.',
    unused: unused.plugins,
  }),
  'sasl.oauthbearer.jwt.validator.class': classOf({
    default: 'org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator',
    doc: 'The class that checks tokens.',
    unused: unused.plugins,
  }),
  'sasl.oauthbearer.client.credentials.client.id': string({
    default: null,
    doc: 'The id with which the broker asks for a token.',
    unused: security,
  }),
  'sasl.oauthbearer.client.credentials.client.secret': password({
    default: null,
    doc: 'The secret that belongs to that id.',
    unused: security,
  }),
  'sasl.oauthbearer.assertion.algorithm': enumOf(['ES256', 'RS256'], {
    default: 'RS256',
    ignoresCase: true,
    doc: 'How an assertion is signed with which the broker asks for a token.',
    unused: security,
  }),
  'sasl.oauthbearer.assertion.claim.aud': string({ default: null, doc: 'The audience of that assertion.', unused: security }),
  'sasl.oauthbearer.assertion.claim.exp.seconds': int({
    default: 300,
    atLeast: 0,
    atMost: 86_400,
    doc: 'How long that assertion is valid.',
    unused: security,
  }),
  'sasl.oauthbearer.assertion.claim.iss': string({ default: null, doc: 'The issuer of that assertion.', unused: security }),
  'sasl.oauthbearer.assertion.claim.jti.include': boolean({
    default: false,
    doc: 'Whether that assertion has an id of its own.',
    unused: security,
  }),
  'sasl.oauthbearer.assertion.claim.nbf.seconds': int({
    default: 60,
    atLeast: 0,
    atMost: 3600,
    doc: 'How long before it was made that assertion is valid already.',
    unused: security,
  }),
  'sasl.oauthbearer.assertion.claim.sub': string({ default: null, doc: 'The subject of that assertion.', unused: security }),
  'sasl.oauthbearer.assertion.file': string({ default: null, doc: 'A file with an assertion that somebody else made.', unused: security }),
  'sasl.oauthbearer.assertion.private.key.file': string({
    default: null,
    doc: 'A file with the key that signs assertions.',
    unused: security,
  }),
  'sasl.oauthbearer.assertion.private.key.passphrase': password({ default: null, doc: 'Opens that key.', unused: security }),
  'sasl.oauthbearer.assertion.template.file': string({
    default: null,
    doc: 'A file with headers and claims that every assertion gets.',
    unused: security,
  }),
}
