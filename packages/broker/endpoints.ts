import type { ClusterImage } from '@odradek/metadata'
import { advertisedFor } from '@odradek/network'
import type { Connection, Listener } from '@odradek/network'
import type { Endpoint, Endpoints } from './services.ts'

/** Addresses out of the cluster image; our own as the client itself has found us, where nobody has said anything else. */
export class ClusterEndpoints implements Endpoints {
  readonly #brokerId: number
  readonly #image: () => ClusterImage
  readonly #listeners: () => readonly Listener[]

  constructor(options: { readonly brokerId: number; readonly image: () => ClusterImage; readonly listeners: () => readonly Listener[] }) {
    this.#brokerId = options.brokerId
    this.#image = options.image
    this.#listeners = options.listeners
  }

  forClient(connection: Connection): readonly Endpoint[] {
    return this.#image()
      .brokers.all()
      .filter(({ registered }) => registered)
      .flatMap(({ id, endpoints, rack, fenced }) => {
        const address =
          id === this.#brokerId
            ? advertisedFor(connection, this.#listeners())
            : endpoints.find(({ listener }) => listener === connection.listener)
        return address === undefined ? [] : [{ nodeId: id, host: address.host, port: address.port, rack, isFenced: fenced }]
      })
  }
}
