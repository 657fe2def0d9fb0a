import { boolean, double, enumOf, int, list, long, password, string } from '@odradek/common/config'

const sockets = 'Node leaves the buffers of sockets to the system'
const tls = 'Node has one implementation of TLS'
const java = 'it names a class of Java, which Node can not load'
const kerberos = 'GSSAPI is not supported'
const brokerSide = 'it is for who checks tokens, and a client only sends them'
const assertion = 'tokens by assertion (KIP-1139) are not supported'
const measuring = 'metrics are kept in one way'

/** Settings of all clients that are accepted, so that files of the Java client can be used as they are, and change nothing. */
export const idleConfig = {
  'send.buffer.bytes': int({ default: 131_072, atLeast: -1, doc: 'Size of the sending buffer of sockets.', unused: sockets }),
  'receive.buffer.bytes': int({ default: 65_536, atLeast: -1, doc: 'Size of the receiving buffer of sockets.', unused: sockets }),
  'metric.reporters': list({ default: [], doc: 'Classes that are told of metrics.', unused: java }),
  'metrics.num.samples': int({ default: 2, atLeast: 1, doc: 'How many samples metrics are made of.', unused: measuring }),
  'metrics.sample.window.ms': long({ default: 30_000, atLeast: 0, doc: 'How long a sample is.', unused: measuring }),
  'metrics.recording.level': enumOf(['INFO', 'DEBUG', 'TRACE'], { default: 'INFO', doc: 'Which metrics are kept.', unused: measuring }),
  'config.providers': list({ default: [], doc: 'Names of classes that replace variables in settings.', unused: java }),
  'security.providers': string({ default: null, doc: 'Classes that bring security algorithms.', unused: java }),
  'ssl.protocol': string({ default: 'TLSv1.3', doc: 'Version of TLS.', unused: 'ssl.enabled.protocols says it' }),
  'ssl.provider': string({ default: null, doc: 'Name of the implementation of TLS.', unused: tls }),
  'ssl.keymanager.algorithm': string({ default: 'SunX509', doc: 'How keys are managed.', unused: tls }),
  'ssl.trustmanager.algorithm': string({ default: 'PKIX', doc: 'How trust is managed.', unused: tls }),
  'ssl.secure.random.implementation': string({ default: null, doc: 'Where chance comes from.', unused: tls }),
  'ssl.engine.factory.class': string({ default: null, doc: 'Class that makes connections of TLS.', unused: java }),
  'sasl.client.callback.handler.class': string({ default: null, doc: 'Class that is asked for credentials.', unused: java }),
  'sasl.login.callback.handler.class': string({ default: null, doc: 'Class that is asked for tokens.', unused: java }),
  'sasl.login.class': string({ default: null, doc: 'Class that logs in.', unused: java }),
  'sasl.kerberos.service.name': string({ default: null, doc: 'Name of the service of Kerberos.', unused: kerberos }),
  'sasl.kerberos.kinit.cmd': string({ default: '/usr/bin/kinit', doc: 'Path of kinit.', unused: kerberos }),
  'sasl.kerberos.min.time.before.relogin': long({ default: 60_000, doc: 'Least time between two logins.', unused: kerberos }),
  'sasl.kerberos.ticket.renew.jitter': double({ default: 0.05, doc: 'Random part of the time of renewal.', unused: kerberos }),
  'sasl.kerberos.ticket.renew.window.factor': double({ default: 0.8, doc: 'When a ticket is renewed.', unused: kerberos }),
  'sasl.oauthbearer.jwt.retriever.class': string({ default: null, doc: 'Class that fetches tokens.', unused: java }),
  'sasl.oauthbearer.jwt.validator.class': string({ default: null, doc: 'Class that checks tokens.', unused: java }),
  'sasl.oauthbearer.assertion.algorithm': string({ default: 'RS256', doc: 'How assertions are signed.', unused: assertion }),
  'sasl.oauthbearer.assertion.claim.aud': string({ default: null, doc: 'Audience of assertions.', unused: assertion }),
  'sasl.oauthbearer.assertion.claim.exp.seconds': int({ default: 300, doc: 'Life of assertions.', unused: assertion }),
  'sasl.oauthbearer.assertion.claim.iss': string({ default: null, doc: 'Issuer of assertions.', unused: assertion }),
  'sasl.oauthbearer.assertion.claim.jti.include': boolean({ default: false, doc: 'Whether assertions have an id.', unused: assertion }),
  'sasl.oauthbearer.assertion.claim.nbf.seconds': int({ default: 60, doc: 'From when assertions are valid.', unused: assertion }),
  'sasl.oauthbearer.assertion.claim.sub': string({ default: null, doc: 'Subject of assertions.', unused: assertion }),
  'sasl.oauthbearer.assertion.file': string({ default: null, doc: 'File with an assertion.', unused: assertion }),
  'sasl.oauthbearer.assertion.private.key.file': string({ default: null, doc: 'File with the key for assertions.', unused: assertion }),
  'sasl.oauthbearer.assertion.private.key.passphrase': password({ default: null, doc: 'Password of that key.', unused: assertion }),
  'sasl.oauthbearer.assertion.template.file': string({ default: null, doc: 'File with a template of assertions.', unused: assertion }),
  'sasl.oauthbearer.clock.skew.seconds': int({ default: 30, doc: 'How far clocks may differ.', unused: brokerSide }),
  'sasl.oauthbearer.expected.audience': list({ default: [], doc: 'Audience that tokens must have.', unused: brokerSide }),
  'sasl.oauthbearer.expected.issuer': string({ default: null, doc: 'Issuer that tokens must have.', unused: brokerSide }),
  'sasl.oauthbearer.jwks.endpoint.refresh.ms': long({ default: 3_600_000, doc: 'How often keys are fetched.', unused: brokerSide }),
  'sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms': long({
    default: 10_000,
    doc: 'The longest wait for the next attempt.',
    unused: brokerSide,
  }),
  'sasl.oauthbearer.jwks.endpoint.retry.backoff.ms': long({ default: 100, doc: 'How long the second attempt waits.', unused: brokerSide }),
  'sasl.oauthbearer.jwks.endpoint.url': string({ default: null, doc: 'Where keys are fetched.', unused: brokerSide }),
  'sasl.oauthbearer.scope.claim.name': string({ default: 'scope', doc: 'Claim with the scope.', unused: brokerSide }),
  'sasl.oauthbearer.sub.claim.name': string({ default: 'sub', doc: 'Claim with the subject.', unused: brokerSide }),
}

const share = 'share consumers (KIP-932) are not here yet'

/** The same for consumers. */
export const idleConsumerConfig = {
  'share.acknowledgement.mode': enumOf(['implicit', 'explicit'], {
    default: 'implicit',
    doc: 'How a share consumer acknowledges.',
    unused: share,
  }),
  'share.acquire.mode': enumOf(['batch_optimized', 'record_limit'], {
    ignoresCase: true,
    default: 'batch_optimized',
    doc: 'How a share consumer acquires records.',
    unused: share,
  }),
}
