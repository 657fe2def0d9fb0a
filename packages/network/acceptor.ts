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
  readonly #server: Server
  #bound: BoundListener | undefined

  constructor(options: AcceptorOptions) {
    this.#options = options
    this.#server = createServer({
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
      pauseOnConnect: true,
      allowHalfOpen: true,
    })
  }

  get bound(): BoundListener | undefined {
    return this.#bound
  }

  /** Hands each accepted socket, paused, to `accepted`. Throws `UserError` when the port cannot be had. */
  async listen(accepted: (socket: Socket, who: { peer: Address; local: Address }) => void): Promise<void> {
    const { listener, backlog, admit, failed } = this.#options
    this.#server.on('connection', (socket) => {
      const { remoteAddress, remotePort = 0, localAddress = '', localPort = 0 } = socket
      if (remoteAddress === undefined) {
        socket.destroy() // it has gone again already
        return
      }
      const peer = { address: plainAddress(remoteAddress), port: remotePort }
      if (admit(peer)) accepted(socket, { peer, local: { address: plainAddress(localAddress), port: localPort } })
      else socket.destroy()
    })
    await new Promise<void>((resolve, reject) => {
      const couldNot = (error: Error): void => reject(explain(error, listener))
      this.#server.once('error', couldNot)
      this.#server.listen(
        { port: listener.port, backlog, exclusive: true, ...(listener.host === undefined ? {} : { host: listener.host }) },
        () => {
          this.#server.off('error', couldNot)
          this.#server.on('error', failed)
          resolve()
        },
      )
    })
    const address = this.#server.address()
    if (typeof address === 'object' && address !== null) this.#bound = { ...listener, port: address.port, address: address.address }
  }

  close(): void {
    this.#server.close()
    this.#bound = undefined
  }
}

function explain(error: Error, { name, host = '', port }: Listener): Error {
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
