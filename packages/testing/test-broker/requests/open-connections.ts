import type { RequestContext } from '@odradek/broker'

type Connection = RequestContext['connection']

/** The connections on which requests came, each with the name of its client. */
export class OpenConnections {
  readonly #clientIds = new Map<Connection, string>()

  seen({ connection, clientId }: Pick<RequestContext, 'connection' | 'clientId'>): void {
    if (this.#clientIds.has(connection)) return
    this.#clientIds.set(connection, clientId)
    connection.signal.addEventListener('abort', () => this.#clientIds.delete(connection), { once: true })
  }

  /** Closes those of one client, or all; gives how many. */
  drop(clientId: string | undefined): number {
    const dropped = [...this.#clientIds].filter(([, client]) => clientId === undefined || client === clientId)
    for (const [connection] of dropped) connection.close('a test wanted it')
    return dropped.length
  }
}
