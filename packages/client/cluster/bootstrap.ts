import type { Dialler, Endpoint } from '@odradek/network/dial'

/** Where a client begins, and begins again when it has lost all brokers. */
export class Bootstrap {
  readonly #given: readonly Endpoint[]
  readonly #dialler: Dialler
  readonly #wantsCanonicalNames: boolean
  #servers: readonly Endpoint[]

  constructor(given: readonly Endpoint[], dialler: Dialler, wantsCanonicalNames: boolean) {
    this.#given = given
    this.#dialler = dialler
    this.#wantsCanonicalNames = wantsCanonicalNames
    this.#servers = given
  }

  /** The addresses to begin with. */
  get servers(): readonly Endpoint[] {
    return this.#servers
  }

  /** Whether `lookUp` has to be awaited before connecting. */
  get needsLookUp(): boolean {
    return this.#wantsCanonicalNames
  }

  /**
   * `resolve_canonical_bootstrap_servers_only`: each address of a bootstrap name is replaced by its canonical names, so that Kerberos and certificates
   * see the names of the brokers behind an alias. What can't be looked up stays as it was given.
   */
  async lookUp(): Promise<void> {
    const found = await Promise.all(this.#given.map((server) => this.#canonical(server)))
    const distinct = new Map(found.flat().map((server) => [`${server.host}:${server.port}`, server]))
    this.#servers = [...distinct.values()]
  }

  async #canonical(server: Endpoint): Promise<readonly Endpoint[]> {
    try {
      const addresses = await this.#dialler.resolve(server.host)
      const names = await Promise.all(addresses.map((address) => this.#dialler.canonicalNames(address)))
      const hosts = names.flat()
      return hosts.length === 0 ? [server] : hosts.map((host) => ({ host, port: server.port }))
    } catch {
      return [server]
    }
  }
}
