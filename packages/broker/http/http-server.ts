import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { UserError } from '@odradek/common/errors'
import type { Logger } from '@odradek/common/logging'
import { hostAndPort } from '@odradek/network'
import type { HttpRoutes } from './http-answer.ts'
import type { HttpConversation } from './http-conversation.ts'

export interface HttpServerOptions {
  readonly host: string
  /** 0 is any free one. */
  readonly port: number
  /** When the port is taken, the next free one above it is used: for a default, which nobody has asked for. */
  readonly movesIfTaken: boolean
  readonly routes: HttpRoutes
  readonly logger: Logger
}

/**
 * A small HTTP server for reading: health and metrics. Until somebody comes it is no more than a door: Node's HTTP is loaded with
 * the first connection, since it costs 15 ms of every start and 14 MB of a broker that nobody asks.
 */
export class HttpServer {
  readonly #options: HttpServerOptions
  readonly #door: Server
  #conversation: Promise<HttpConversation> | undefined

  constructor(options: HttpServerOptions) {
    this.#options = options
    this.#door = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => void this.#enter(socket))
  }

  /** Where it is reached, `http://127.0.0.1:8080`. Throws `UserError` when no port can be had. */
  async listen(): Promise<string> {
    const { host, port, movesIfTaken } = this.#options
    const last = movesIfTaken && port > 0 ? Math.min(65_535, port + 20) : port
    for (let candidate = port; ; candidate++) {
      try {
        const bound = await this.#listenOn(candidate)
        return `http://${hostAndPort(host === '0.0.0.0' || host === '::' ? 'localhost' : host, bound)}`
      } catch (error) {
        const isTaken = error instanceof Error && Reflect.get(error, 'code') === 'EADDRINUSE'
        if (!isTaken || candidate >= last) throw explain(error, host, port, last)
      }
    }
  }

  /** Takes no more requests; resolves when those in process are answered. */
  async close(): Promise<void> {
    if (!this.#door.listening) return
    if (this.#conversation !== undefined) return (await this.#conversation).close()
    await new Promise<void>((resolve) => this.#door.close(() => resolve()))
  }

  async #enter(socket: Socket): Promise<void> {
    // Until HTTP hears its errors, nobody else does.
    socket.on('error', () => socket.destroy())
    this.#conversation ??= this.#begin()
    const conversation = await this.#conversation
    conversation.welcome(socket)
  }

  async #begin(): Promise<HttpConversation> {
    const { HttpConversation } = await import('./http-conversation.ts')
    return HttpConversation.behind(this.#door, this.#options)
  }

  #listenOn(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#door.once('error', reject)
      this.#door.listen({ port, host: this.#options.host, exclusive: true }, () => {
        this.#door.off('error', reject)
        const address = this.#door.address()
        resolve(typeof address === 'object' && address !== null ? address.port : port)
      })
    })
  }
}

function explain(error: unknown, host: string, port: number, last: number): Error {
  const reason = error instanceof Error ? error.message : String(error)
  const where = last > port ? `the ports ${port} to ${last} of ${host}` : hostAndPort(host, port)
  return new UserError(`Cannot serve HTTP on ${where}: ${reason}. Set http.port to a free port, or to -1 to do without.`, { cause: error })
}
