import { boolean, double, enumOf, int, list, password, short, string } from '@odradek/common/config'

/** Settings of TLS and SASL. */
export const securityConfig = {
  'security.protocol': enumOf(['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'], {
    ignoresCase: true,
    default: 'PLAINTEXT',
    doc: 'Whether connections are encrypted (SSL) and authenticated (SASL).',
  }),
  'ssl.truststore.certificates': password({ default: null, doc: 'Certificates to trust, as PEM text.' }),
  'ssl.truststore.location': string({ default: null, doc: 'File with the certificates to trust. By default those that Node trusts.' }),
  'ssl.truststore.password': password({ default: null, doc: 'Password of that file.' }),
  'ssl.truststore.type': string({
    default: 'JKS',
    doc: 'Form of that file: PEM or PKCS12. JKS, a form of Java alone, can not be read here.',
  }),
  'ssl.keystore.key': password({ default: null, doc: 'Private key of this client, as PEM text (PKCS 8).' }),
  'ssl.keystore.certificate.chain': password({ default: null, doc: 'Certificates of this client, as PEM text, its own first.' }),
  'ssl.keystore.location': string({ default: null, doc: 'File with key and certificates of this client.' }),
  'ssl.keystore.password': password({ default: null, doc: 'Password of that file.' }),
  'ssl.keystore.type': string({
    default: 'JKS',
    doc: 'Form of that file: PEM or PKCS12. JKS, a form of Java alone, can not be read here.',
  }),
  'ssl.key.password': password({ default: null, doc: 'Password of the private key.' }),
  'ssl.endpoint.identification.algorithm': enumOf(['https', ''], {
    ignoresCase: true,
    default: 'https',
    doc: 'Whether the certificate of a broker must be for the name under which it was asked for. Empty: no such check.',
  }),
  'ssl.enabled.protocols': list({ default: ['TLSv1.2', 'TLSv1.3'], doc: 'Versions of TLS that may be used.' }),
  'ssl.cipher.suites': list({
    default: [],
    doc: 'Cipher suites that may be used, by the names of OpenSSL or of the standard. Empty: those of Node.',
  }),
  'sasl.mechanism': string({
    default: 'GSSAPI',
    valid: '[PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER]',
    doc: 'How to authenticate. Must be given when `security.protocol` is one of SASL; GSSAPI, the default, can not be used here.',
  }),
  'sasl.jaas.config': password({
    default: null,
    doc: 'User and password in the notation of Java. Read are PlainLoginModule, ScramLoginModule and OAuthBearerLoginModule. In code `sasl` says the same.',
  }),
  'sasl.oauthbearer.token.endpoint.url': string({ default: null, doc: 'Where to fetch tokens with client credentials (OAuth 2.0).' }),
  'sasl.oauthbearer.client.credentials.client.id': string({ default: null, doc: 'Client id for the token endpoint.' }),
  'sasl.oauthbearer.client.credentials.client.secret': password({ default: null, doc: 'Client secret for the token endpoint.' }),
  'sasl.oauthbearer.scope': string({ default: null, doc: 'Scope to ask of the token endpoint.' }),
  'sasl.oauthbearer.header.urlencode': boolean({
    default: false,
    doc: 'Whether client id and secret are URL encoded in the header, as some token endpoints want it.',
  }),
  'sasl.login.refresh.window.factor': double({
    default: 0.8,
    atLeast: 0.5,
    atMost: 1,
    doc: 'After which part of its life a token is replaced.',
  }),
  'sasl.login.refresh.window.jitter': double({ default: 0.05, atLeast: 0, atMost: 0.25, doc: 'Random part added to that.' }),
  'sasl.login.refresh.min.period.seconds': short({ default: 60, atLeast: 0, atMost: 900, doc: 'The least time between two tokens.' }),
  'sasl.login.refresh.buffer.seconds': short({
    default: 300,
    atLeast: 0,
    atMost: 3600,
    doc: 'How long before its end a token must be replaced.',
  }),
  'sasl.login.connect.timeout.ms': int({ default: null, doc: 'How long to wait for a connection to the token endpoint.' }),
  'sasl.login.read.timeout.ms': int({ default: null, doc: 'How long to wait for an answer of the token endpoint.' }),
  'sasl.login.retry.backoff.ms': int({ default: 100, atLeast: 0, doc: 'How long the second attempt to fetch a token waits.' }),
  'sasl.login.retry.backoff.max.ms': int({ default: 10_000, atLeast: 0, doc: 'The longest that an attempt to fetch a token waits.' }),
}
