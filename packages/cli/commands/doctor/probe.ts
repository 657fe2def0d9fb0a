import { lookup } from 'node:dns/promises'
import { connect } from 'node:net'

export interface Address {
  readonly host: string
  readonly port: number
}

/** What was found at an address; `open`: a connection can be made. */
export type Probed =
  | { readonly kind: 'unknown-host' }
  | { readonly kind: 'refused'; readonly address: string }
  | { readonly kind: 'no-answer'; readonly address: string; readonly afterMs: number }
  | { readonly kind: 'unreachable'; readonly address: string; readonly reason: string }
  | { readonly kind: 'http'; readonly address: string }
  | { readonly kind: 'tls'; readonly address: string }
  | { readonly kind: 'open'; readonly address: string; readonly afterMs: number }

/** Resolves a name and connects. */
export async function probe({ host, port }: Address, timeoutMs: number): Promise<Probed> {
  let address: string
  try {
    address = (await lookup(host)).address
  } catch {
    return { kind: 'unknown-host' }
  }
  const begun = performance.now()
  const failed = await connected(address, port, timeoutMs)
  return failed ?? { kind: 'open', address, afterMs: Math.round(performance.now() - begun) }
}

/** What is at an address that was reached and does not answer as Kafka: says something that an HTTP server or a TLS server answers. */
export async function identify({ port }: Address, address: string): Promise<Probed | undefined> {
  const answer = await answerTo(address, port, Buffer.from('GET / HTTP/1.0\r\n\r\n'), 1000)
  const said = answer.toString('latin1')
  if (said.startsWith('HTTP/') || /^<(?:html|!doctype)/i.test(said)) return { kind: 'http', address }
  // A TLS server answers plain text with an alert (type 21, version 3.x).
  return answer.length >= 2 && answer[0] === 21 && answer[1] === 3 ? { kind: 'tls', address } : undefined
}

function connected(address: string, port: number, timeoutMs: number): Promise<Probed | undefined> {
  return new Promise((done) => {
    const socket = connect({ host: address, port })
    const end = (probed: Probed | undefined): void => {
      socket.destroy()
      done(probed)
    }
    socket.setTimeout(timeoutMs, () => end({ kind: 'no-answer', address, afterMs: timeoutMs }))
    socket.on('connect', () => end(undefined))
    socket.on('error', (error) => {
      const code = Reflect.get(error, 'code')
      end(code === 'ECONNREFUSED' ? { kind: 'refused', address } : { kind: 'unreachable', address, reason: error.message })
    })
  })
}

/** What comes back first; empty when nothing does in time. */
function answerTo(address: string, port: number, said: Uint8Array, timeoutMs: number): Promise<Buffer> {
  return new Promise((done) => {
    const socket = connect({ host: address, port })
    const end = (answer: Buffer): void => {
      socket.destroy()
      done(answer)
    }
    socket.setTimeout(timeoutMs, () => end(Buffer.alloc(0)))
    socket.on('connect', () => socket.write(said))
    socket.on('data', (chunk: Buffer) => end(chunk))
    socket.on('error', () => end(Buffer.alloc(0)))
    socket.on('close', () => end(Buffer.alloc(0)))
  })
}
