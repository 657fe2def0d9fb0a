import assert from 'node:assert/strict'
import { UserError } from '@odradek/common/errors'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { hostAndPort, plainAddress } from './address.ts'
import type { Address } from './address.ts'
import type { Listener } from './listeners.ts'

/** A listener with the port that it really has. */
export interface BoundListener extends Listener {
  /** As the kernel calls it, `::` or `0.0.0.0` for all interfaces. */
  readonly address: string
}

export interface AcceptorOptions {
  readonly listener: Listener
  readonly backlog: number
  /** Whether this client may come in. */
  readonly admit: (peer: Address) => boolean
  /** The kernel could not give us a connection, mostly for want of file descriptors. */
  readonly failed: (error: Error) => void
}

/** Accepts connections of one listener. */
export class Acceptor {
  readonly #options: AcceptorOptions
  readonly #servers: Server[] = []
  #bound: BoundListener | undefined

  constructor(options: AcceptorOptions) {
    this.#options = options
  }

  get bound(): BoundListener | undefined {
    return this.#bound
  }

  /** Hands each accepted socket, paused, to `accepted`. Throws `UserError` when the port cannot be had. */
  async listen(accepted: (socket: Socket, who: { peer: Address; local: Address }) => void): Promise<void> {
    const { listener } = this.#options
    // Which of its two addresses a client means by localhost depends on the client. Port 0 is the same port on both.
    const [host, second] = listener.host?.toLowerCase() === 'localhost' ? ['127.0.0.1', '::1'] : [listener.host]
    this.#bound = { ...listener, ...(await this.#listenOn(host, listener.port, accepted)) }
    if (second !== undefined) await this.#listenOn(second, this.#bound.port, accepted).catch(unlessFamilyIsMissing)
  }

  close(): void {
    for (const server of this.#servers) server.close()
    this.#bound = undefined
  }

  async #listenOn(
    host: string | undefined,
    port: number,
    accepted: (socket: Socket, who: { peer: Address; local: Address }) => void,
  ): Promise<Address> {
    const { listener, backlog, failed } = this.#options
    const server = createServer({
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
      pauseOnConnect: true,
      allowHalfOpen: true,
    })
    server.on('connection', (socket) => this.#accept(socket, accepted))
    await new Promise<void>((resolve, reject) => {
      const couldNot = (error: Error): void => reject(explain(error, { ...listener, host, port }))
      server.once('error', couldNot)
      server.listen({ port, backlog, exclusive: true, ...(host === undefined ? {} : { host }) }, () => {
        server.off('error', couldNot)
        server.on('error', failed)
        resolve()
      })
    })
    this.#servers.push(server)
    const address = server.address()
    assert(typeof address === 'object' && address !== null, 'a server on a port has an address')
    return { address: address.address, port: address.port }
  }

  #accept(socket: Socket, accepted: (socket: Socket, who: { peer: Address; local: Address }) => void): void {
    const { remoteAddress, remotePort = 0, localAddress = '', localPort = 0 } = socket
    // Without an address it has gone again already.
    const peer = { address: plainAddress(remoteAddress ?? ''), port: remotePort }
    if (remoteAddress === undefined || !this.#options.admit(peer)) socket.destroy()
    else accepted(socket, { peer, local: { address: plainAddress(localAddress), port: localPort } })
  }
}

/** On a machine without IPv6, localhost is one address. */
function unlessFamilyIsMissing(error: unknown): void {
  const cause: unknown = error instanceof Error ? error.cause : undefined
  const code: unknown = cause instanceof Error ? Reflect.get(cause, 'code') : undefined
  if (code !== 'EADDRNOTAVAIL' && code !== 'EAFNOSUPPORT') throw error
}

function explain(error: Error, { name, host = '', port }: { name: string; host: string | undefined; port: number }): Error {
  const where = hostAndPort(host, port)
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} is in use by another process; stop it, or give the listener ${name} another port in the setting listeners`,
    EADDRNOTAVAIL: `${host} is not an address of this machine; change the host of ${name} in the setting listeners, or leave it out to listen on all interfaces`,
    EACCES: `This user may not listen on ${where}; ports below 1024 need a privilege, so give the listener ${name} a higher one in the setting listeners`,
    ENOTFOUND: `The host ${host} of the listener ${name} is not known; write an address of this machine in the setting listeners, or leave the host out`,
  }
  const code: unknown = Reflect.get(error, 'code')
  const reason = typeof code === 'string' ? reasons[code] : undefined
  return new UserError(reason ?? `Cannot listen on ${where} for ${name}: ${error.message}`, { cause: error })
}
