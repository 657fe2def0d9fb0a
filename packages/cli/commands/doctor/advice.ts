import type { Address, Probed } from './probe.ts'

/** What to do about an address that somebody gave us. */
export function adviceForBootstrap({ host, port }: Address, probed: Probed): string {
  switch (probed.kind) {
    case 'unknown-host':
      return `Check the spelling of ${host}, or name an address. A name from a compose file is known inside its network only`
    case 'refused':
      return `Start a broker (odradek start --port ${port}), or check its setting listeners: one on localhost is reached from its own machine only`
    case 'no-answer':
    case 'unreachable':
      return 'A firewall or a wrong address: nothing comes back. In a container the port must be published (-p 9092:9092)'
    case 'http':
      return `Kafka is at another port, usually 9092; ${port} is the console's or a web server's`
    case 'tls':
      return 'Say so: -X security.protocol=SSL (or SASL_SSL), with -X ssl.truststore.location=… where the certificate is your own'
    default:
      return ''
  }
}

/**
 * What to do about an address that a broker tells its clients: the mistake that beginners make most, since the first connection works and all
 * that follow go elsewhere.
 */
export function adviceForAdvertised(broker: number, advertised: Address, bootstrap: readonly Address[], probed: Probed): string {
  const [reached] = bootstrap
  const better = reached === undefined ? 'HOST:PORT' : `${reached.host}:${reached.port}`
  const change = `Set advertised.listeners of broker ${broker} to what clients can reach, for example advertised.listeners=PLAINTEXT://${better} (KAFKA_ADVERTISED_LISTENERS in a container)`
  switch (probed.kind) {
    case 'unknown-host':
      return `${change}. A host name inside a container network means nothing outside of it; two listeners, one for inside and one for outside, serve both`
    case 'refused':
      if (isLoopback(advertised.host) && bootstrap.every(({ host }) => !isLoopback(host)))
        return `${change}. It tells everybody to go to their own machine`
      return `${change}, or open a listener at that port`
    case 'no-answer':
    case 'unreachable':
      return `${change}; it is probably an address of a network that is not reached from here`
    case 'http':
    case 'tls':
      return probed.kind === 'tls' ? 'That listener speaks TLS: -X security.protocol=SSL' : `${change}; that port is of another service`
    default:
      return ''
  }
}

const isLoopback = (host: string): boolean => /^(?:localhost|127\.|::1$)/.test(host)
