import assert from 'node:assert/strict'
import type { Buffer } from 'node:buffer'
import { Socket } from 'node:net'
import type { ServedConnection } from './served-connection.ts'
import type { SocketDoor } from './socket-door.ts'

/**
 * A TCP socket as a connection needs it: read into memory of ours, written without copies.
 *
 * Node's `onread` option lets the kernel read straight into a buffer that we give (1 KB requests cost a quarter less CPU,
 * requests of 100 KB a half less), but sockets that a server has accepted come without it, and without a public way
 * to set it. So the accepted socket hands its handle over to a new one that is made with the option, by the same
 * `handle` option with which Node's own TLS and cluster modules do so. Where that is not there, sockets are read by
 * 'data' events, which costs an allocation and a copy for each read and is right all the same.
 */
export class TcpDoor implements SocketDoor {
  #socket: Socket | undefined
  #connection: ServedConnection | undefined
  #writes = 0
  #isWriting = false

  /** Begins to read for `connection`. */
  attach(accepted: Socket, connection: ServedConnection): void {
    this.#connection = connection
    const socket = takeOver(accepted, connection) ?? readByEvents(accepted, connection)
    this.#socket = socket
    socket.on('end', () => connection.peerEnded())
    // What happened to the socket concerns nobody: 'close' follows, and the client knows best.
    socket.on('error', () => {})
    socket.on('close', () => connection.socketClosed())
  }

  write(chunks: readonly Buffer[]): boolean {
    const socket = this.#socket
    assert(socket !== undefined && !this.#isWriting)
    const last = chunks.length - 1
    if (last > 0) socket.cork()
    for (let index = 0; index < last; index++) socket.write(chunks[index]!)
    this.#writes++
    socket.write(chunks[last]!, this.#written)
    if (last > 0) socket.uncork()
    this.#isWriting = socket.writableLength > 0
    return !this.#isWriting
  }

  pause(): void {
    this.#socket?.pause()
  }

  resume(): void {
    this.#socket?.resume()
  }

  close(lastWords?: Buffer): void {
    const socket = this.#socket
    if (lastWords === undefined || socket === undefined) socket?.destroy()
    else socket.end(lastWords, () => socket.destroy())
  }

  /** Comes a little later also for writes that were done at once, so the last one counts. */
  readonly #written = (): void => {
    this.#writes--
    if (!this.#isWriting || this.#writes > 0) return
    this.#isWriting = false
    this.#connection?.drained()
  }
}

function takeOver(accepted: Socket, connection: ServedConnection): Socket | undefined {
  const handle: unknown = Reflect.get(accepted, '_handle')
  if (typeof handle !== 'object' || handle === null || typeof Reflect.get(handle, 'useUserBuffer') !== 'function') return undefined
  Reflect.set(accepted, '_handle', null)
  const options = {
    handle,
    allowHalfOpen: true,
    onread: {
      buffer: () => connection.landing,
      callback: (count: number) => {
        connection.received(count)
        return true
      },
    },
  }
  return Reflect.construct(Socket, [options])
}

function readByEvents(accepted: Socket, connection: ServedConnection): Socket {
  accepted.on('data', (bytes: Buffer) => {
    for (let taken = 0; taken < bytes.length && connection.isOpen;) {
      const { landing } = connection
      const count = Math.min(landing.length, bytes.length - taken)
      bytes.copy(landing, 0, taken, taken + count)
      connection.received(count)
      taken += count
    }
  })
  accepted.resume()
  return accepted
}
