import type { Buffer } from 'node:buffer'
import { promises as dns } from 'node:dns'
import { isIP, Socket } from 'node:net'
import type { SocketConstructorOpts, TcpSocketConnectOpts } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { KafkaError } from '@odradek/protocol'
import { hostAndPort } from '../address.ts'
import type { Dialler, DialTarget, IpAddress, Transport, TransportReader } from './dialler.ts'

/**
 * Sockets of the machine, read into memory of ours and written without copies.
 *
 * They never keep a process alive; whoever waits for an answer holds it (`holdProcess`).
 */
export const systemDialler: Dialler = {
  resolve,

  async canonicalNames({ address }) {
    const { hostname } = await dns.lookupService(address, 0)
    return [hostname]
  },

  dial: (to, reader, signal) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted()
      const transport = new SocketTransport(to, reader)
      const abort = (): void => {
        transport.destroy()
        reject(signal.reason)
      }
      signal.addEventListener('abort', abort, { once: true })
      transport.open((failure) => {
        signal.removeEventListener('abort', abort)
        if (failure === undefined) resolve(transport)
        else reject(failure)
      })
    }),
}

/**
 * All addresses, IPv6 and IPv4, in the order of the system's name service. Node would only try the first family that works
 * within a quarter of a second (`autoSelectFamily`); we give each address its attempt, so that a broker that
 * listens on 127.0.0.1 is found as `localhost`, which is ::1 first.
 */
async function resolve(host: string): Promise<readonly IpAddress[]> {
  const literal = isIP(host)
  if (literal !== 0) return [{ address: host, family: familyOf(literal) }]
  try {
    const found = await dns.lookup(host, { all: true, order: 'verbatim' })
    return found.map(({ address, family }) => ({ address, family: familyOf(family) }))
  } catch (error) {
    throw new KafkaError('NETWORK_EXCEPTION', `The host name ${host} has no address.`, {
      cause: error,
      hint: 'Check bootstrap.servers, or advertised.listeners of the broker, and the name service of this machine.',
    })
  }
}

function familyOf(family: number): 4 | 6 {
  return family === 6 ? 6 : 4
}

class SocketTransport implements Transport {
  readonly #socket: Socket
  readonly #reader: TransportReader
  readonly #isTls: boolean
  readonly #where: string
  #failure: Error | undefined
  #isOpen = false
  #isWanted = true

  constructor({ address, port, host, tls }: DialTarget, reader: TransportReader) {
    this.#reader = reader
    this.#isTls = tls !== undefined
    this.#where = hostAndPort(address.address, port)
    const onread = {
      buffer: () => reader.landing(),
      callback: (count: number, _bytes: Uint8Array) => {
        if (this.#isWanted) reader.received(count)
        return true
      },
    }
    const to: TcpSocketConnectOpts = { host: address.address, port, family: address.family, autoSelectFamily: false }
    this.#socket = tls === undefined ? plainSocket(to, { onread }) : tlsSocket({ ...tls, ...to, ...serverName(host), onread })
    this.#socket.setNoDelay(true).setKeepAlive(true).unref()
  }

  get unsentBytes(): number {
    return this.#socket.writableLength
  }

  get localAddress(): string {
    const { localAddress, localPort } = this.#socket
    return localAddress === undefined ? '' : hostAndPort(localAddress, localPort ?? 0)
  }

  /** Calls back once: when the stream is open, or with why it can't be. */
  open(done: (failure: Error | undefined) => void): void {
    const socket = this.#socket
    socket.once(this.#isTls ? 'secureConnect' : 'connect', () => {
      this.#isOpen = true
      done(undefined)
    })
    socket.on('error', (error) => {
      this.#failure = error
    })
    socket.on('drain', () => this.#reader.drained?.())
    // The other end says that it is done; what it has not answered it never will.
    socket.on('end', () => socket.destroy())
    socket.on('close', () => {
      if (!this.#isWanted) return
      this.#isWanted = false
      if (this.#isOpen) this.#reader.closed(this.#failure)
      else done(whyNot(this.#where, this.#failure, this.#isTls))
    })
  }

  write(chunks: readonly Uint8Array[]): void {
    const socket = this.#socket
    if (!socket.writable) return
    const isMany = chunks.length > 1
    if (isMany) socket.cork()
    for (const chunk of chunks) socket.write(chunk)
    if (isMany) socket.uncork()
  }

  destroy(): void {
    this.#isWanted = false
    this.#socket.destroy()
  }
}

type OnRead = { readonly buffer: () => Buffer; readonly callback: (count: number, bytes: Uint8Array) => boolean }

function plainSocket(to: TcpSocketConnectOpts, options: SocketConstructorOpts & { readonly onread: OnRead }): Socket {
  return new Socket(options).connect(to)
}

function tlsSocket(options: ConnectionOptions & TcpSocketConnectOpts & { readonly onread: OnRead }): Socket {
  // Half of what importing a client takes would be Node's TLS, which most programs on a machine of one's own never use.
  return process.getBuiltinModule('node:tls').connect(options)
}

/** Certificates are checked against the name that was asked for, and an address is never sent as one (RFC 6066). */
function serverName(host: string): { readonly servername?: string } {
  return isIP(host) === 0 ? { servername: host } : {}
}

function whyNot(where: string, cause: Error | undefined, isTls: boolean): KafkaError {
  const code = cause !== undefined && 'code' in cause ? String(cause.code) : ''
  if (isTls && code === 'ERR_SSL_WRONG_VERSION_NUMBER')
    return new KafkaError('NETWORK_EXCEPTION', `${where} does not speak TLS.`, {
      ...(cause === undefined ? {} : { cause }),
      hint: 'The listener of this port is not encrypted: use security.protocol=PLAINTEXT or SASL_PLAINTEXT, or the port of an SSL listener.',
    })
  if (isTls && isCertificateProblem(code))
    return new KafkaError('NETWORK_EXCEPTION', `The certificate of ${where} was refused: ${cause?.message ?? code}.`, {
      cause,
      fatal: true,
      hint: 'Give the authority that signed it as ssl.truststore.location or ssl.truststore.certificates, and use a host name that stands in it.',
    })
  const reason = cause?.message ?? (isTls ? 'the broker ended the TLS handshake' : 'the connection was closed')
  return new KafkaError('NETWORK_EXCEPTION', `Could not connect to ${where}: ${reason.replace(/\.$/, '')}.`, {
    ...(cause === undefined ? {} : { cause }),
    hint:
      isTls && (code === 'ECONNRESET' || cause === undefined)
        ? 'Perhaps the listener of this port is not encrypted; then use security.protocol=PLAINTEXT or SASL_PLAINTEXT.'
        : '',
  })
}

function isCertificateProblem(code: string): boolean {
  return certificateProblems.has(code) || code.startsWith('CERT_') || code === 'ERR_TLS_CERT_ALTNAME_INVALID'
}

const certificateProblems: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'INVALID_CA',
])
