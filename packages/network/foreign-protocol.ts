import { Buffer } from 'node:buffer'

/** What somebody speaks who took our port for another, and what to tell whoever reads the log. */
export interface ForeignProtocol {
  readonly name: 'TLS' | 'HTTP' | 'SSH'
  readonly advice: string
  /** An answer in that protocol, so that the one at the other end learns it too. */
  readonly farewell?: Buffer
}

/**
 * Recognises a foreign protocol by the four bytes where Kafka has the size of the first request; undefined for all else.
 *
 * None of them can be a size that we take by mistake: as numbers they stand for 350 MB and more.
 */
export function foreignProtocol(firstFourBytes: number): ForeignProtocol | undefined {
  if (firstFourBytes >>> 16 === tlsHandshake) return tls
  return byFirstBytes.get(firstFourBytes)
}

/** Record type "handshake" (22) and major version 3, with which a TLS ClientHello begins. */
const tlsHandshake = 0x1603

const tls: ForeignProtocol = {
  name: 'TLS',
  advice:
    'This listener is PLAINTEXT, but the client speaks TLS. Set security.protocol=PLAINTEXT (or SASL_PLAINTEXT) in the client, ' +
    'or let it use the port of an SSL listener.',
}
const httpAdvice = 'This port speaks the Kafka protocol, not HTTP. Health and metrics are on the HTTP port (8080 unless set otherwise).'
const http: ForeignProtocol = {
  name: 'HTTP',
  advice: httpAdvice,
  farewell: Buffer.from(
    `HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${httpAdvice.length + 1}\r\n\r\n${httpAdvice}\n`,
  ),
}
const ssh: ForeignProtocol = { name: 'SSH', advice: 'This port speaks the Kafka protocol, not SSH.' }

const byFirstBytes: ReadonlyMap<number, ForeignProtocol> = new Map([
  // `PRI ` begins HTTP/2.
  ...['GET ', 'POST', 'PUT ', 'HEAD', 'DELE', 'OPTI', 'PATC', 'CONN', 'TRAC', 'PRI '].map((verb) => [asNumber(verb), http] as const),
  [asNumber('SSH-'), ssh] as const,
])

function asNumber(letters: string): number {
  let number = 0
  for (const letter of letters) number = (number << 8) | letter.charCodeAt(0)
  return number
}
