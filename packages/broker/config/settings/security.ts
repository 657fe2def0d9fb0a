import { boolean, classOf, enumOf, list, long, password, string } from '@odradek/common/config'
import { unused } from './unused.ts'

const { jvm, security } = unused

/** Who may do what, and delegation tokens. */
export const authorizationConfig = {
  'authorizer.class.name': string({
    default: '',
    doc: "The authorizer; org.apache.kafka.metadata.authorizer.StandardAuthorizer is Kafka's. Without one everybody may do everything.",
    unused: security,
  }),
  'principal.builder.class': classOf({
    default: 'org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder',
    scope: 'per-broker',
    doc: 'The class that makes a principal of an authenticated connection.',
    unused: unused.plugins,
  }),
  'security.providers': string({ default: null, doc: 'Classes that bring algorithms with them.', unused: jvm }),
  'delegation.token.secret.key': password({
    default: null,
    doc: 'The key with which delegation tokens are made; the same on all brokers.',
    unused: unused.tokens,
  }),
  'delegation.token.max.lifetime.ms': long({
    default: 604_800_000,
    atLeast: 1,
    doc: 'How long a token lives at most, however often it is renewed.',
    unused: unused.tokens,
  }),
  'delegation.token.expiry.time.ms': long({
    default: 86_400_000,
    atLeast: 1,
    doc: 'How long a token lives without being renewed.',
    unused: unused.tokens,
  }),
  'delegation.token.expiry.check.interval.ms': long({
    default: 3_600_000,
    atLeast: 1,
    doc: 'How often expired tokens are removed.',
    unused: unused.tokens,
  }),
}

/** TLS of listeners. Each can be given to one listener alone, with the prefix listener.name.<name>. */
export const sslConfig = {
  'ssl.client.auth': enumOf(['required', 'requested', 'none'], {
    default: 'none',
    scope: 'per-broker',
    doc: 'Whether clients have to show a certificate, may show one, or are not asked.',
    unused: security,
  }),
  'ssl.protocol': string({
    default: 'TLSv1.3',
    scope: 'per-broker',
    doc: 'The version of TLS of connections that this broker opens.',
    unused: security,
  }),
  'ssl.enabled.protocols': list({
    default: ['TLSv1.2', 'TLSv1.3'],
    scope: 'per-broker',
    doc: 'The versions of TLS that are accepted.',
    unused: security,
  }),
  'ssl.cipher.suites': list({
    default: [],
    scope: 'per-broker',
    doc: 'The cipher suites that are accepted; all that are considered safe when it is empty.',
    unused: security,
  }),
  'ssl.keystore.type': string({
    default: 'JKS',
    scope: 'per-broker',
    doc: 'The format of the key store: PKCS12 or PEM. JKS cannot be read.',
    unused: security,
  }),
  'ssl.keystore.location': string({
    default: null,
    scope: 'per-broker',
    doc: 'The file with the key and the certificates of the broker.',
    unused: security,
  }),
  'ssl.keystore.password': password({ default: null, scope: 'per-broker', doc: 'Opens the key store.', unused: security }),
  'ssl.keystore.key': password({ default: null, scope: 'per-broker', doc: 'The private key itself, as PEM.', unused: security }),
  'ssl.keystore.certificate.chain': password({
    default: null,
    scope: 'per-broker',
    doc: 'The certificates themselves, as PEM.',
    unused: security,
  }),
  'ssl.key.password': password({ default: null, scope: 'per-broker', doc: 'Opens the private key.', unused: security }),
  'ssl.truststore.type': string({
    default: 'JKS',
    scope: 'per-broker',
    doc: 'The format of the trust store: PKCS12 or PEM. JKS cannot be read.',
    unused: security,
  }),
  'ssl.truststore.location': string({
    default: null,
    scope: 'per-broker',
    doc: 'The file with the certificates that are trusted.',
    unused: security,
  }),
  'ssl.truststore.password': password({ default: null, scope: 'per-broker', doc: 'Opens the trust store.', unused: security }),
  'ssl.truststore.certificates': password({
    default: null,
    scope: 'per-broker',
    doc: 'The trusted certificates themselves, as PEM.',
    unused: security,
  }),
  'ssl.endpoint.identification.algorithm': string({
    default: 'https',
    scope: 'per-broker',
    doc: 'How the name in a certificate is checked on connections that this broker opens; empty does not check it.',
    unused: security,
  }),
  'ssl.principal.mapping.rules': string({
    default: 'DEFAULT',
    doc: 'How the distinguished name of a client certificate becomes a principal.',
    unused: security,
  }),
  'ssl.allow.dn.changes': boolean({
    default: false,
    doc: 'Whether a new key store may have another distinguished name.',
    unused: security,
  }),
  'ssl.allow.san.changes': boolean({ default: false, doc: 'Whether a new key store may have other alternative names.', unused: security }),
  'ssl.engine.factory.class': classOf({ default: null, scope: 'per-broker', doc: 'The class that makes TLS engines.', unused: jvm }),
  'ssl.provider': string({ default: null, scope: 'per-broker', doc: 'The provider of TLS.', unused: jvm }),
  'ssl.secure.random.implementation': string({
    default: null,
    scope: 'per-broker',
    doc: 'The source of random numbers for TLS.',
    unused: jvm,
  }),
  'ssl.keymanager.algorithm': string({
    default: 'SunX509',
    kafkaDefault: '(depends on the JVM)',
    scope: 'per-broker',
    doc: 'The algorithm of the key manager.',
    unused: jvm,
  }),
  'ssl.trustmanager.algorithm': string({
    default: 'PKIX',
    kafkaDefault: '(depends on the JVM)',
    scope: 'per-broker',
    doc: 'The algorithm of the trust manager.',
    unused: jvm,
  }),
}
