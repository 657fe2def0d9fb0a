import { UserError } from '@odradek/common/errors'
import { isIP } from 'node:net'
import { hostAndPort } from './address.ts'
import type { Connection } from './connection.ts'
import type { NetworkConfig } from './network-settings.ts'

/** How clients of a listener speak and prove who they are. */
export type SecurityProtocol = 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL'

/** A place where the broker listens. */
export interface Listener {
  /** In capitals. */
  readonly name: string
  readonly protocol: SecurityProtocol
  /** What to bind to; undefined is every interface. */
  readonly host: string | undefined
  /** 0 is any free one. */
  readonly port: number
  /** What clients are told; without it, or without its host, the address that they have connected to. */
  readonly advertised: Endpoint | undefined
}

export interface Endpoint {
  readonly host: string
  readonly port: number
}

type ListenerConfig = Pick<NetworkConfig, 'listeners' | 'advertised.listeners' | 'listener.security.protocol.map'>

/**
 * The listeners that the settings ask for. Those in `controllerListeners` belong to Kafka's own controllers, which we do not
 * have, and are left out: so a `server.properties` made for Kafka works as it is. Throws `UserError`.
 */
export function listenersOf(config: ListenerConfig, controllerListeners: readonly string[] = []): readonly Listener[] {
  const protocols = protocolsOf(config['listener.security.protocol.map'])
  const controllers = controllerListeners.map((name) => name.toUpperCase())
  const parse = (setting: string, texts: readonly string[]): readonly ListedEndpoint[] =>
    texts.map((text) => parseEndpoint(setting, text)).filter(({ name }) => !controllers.includes(name))
  const bound = parse('listeners', config.listeners)
  const advertised = parse('advertised.listeners', config['advertised.listeners'] ?? [])
  if (bound.length === 0) throw new UserError('The setting listeners has no listener for clients; add one, for example PLAINTEXT://:9092')
  checkUnique(bound)
  for (const endpoint of advertised) checkAdvertised(endpoint, bound)
  return bound.map(({ name, host, port }) => {
    const protocol = protocols.get(name)
    if (protocol === undefined) {
      throw new UserError(
        `No security protocol is known for the listener ${name}; add ${name}:PLAINTEXT to listener.security.protocol.map, or call the listener PLAINTEXT`,
      )
    }
    if (protocol !== 'PLAINTEXT')
      throw new UserError(`The listener ${name} is to speak ${protocol}, which this version does not; it speaks PLAINTEXT`)
    const found = advertised.find((endpoint) => endpoint.name === name)
    return {
      name,
      protocol,
      host: wildcards.has(host) ? anyOf(host) : host,
      port,
      advertised: found && { host: found.host, port: found.port },
    }
  })
}

/**
 * The address that a client is told for this broker: the advertised one of its listener, else the one it has connected to.
 *
 * A client that came in over IPv6 loopback is told `localhost`, since not every client understands an address with colons.
 */
export function advertisedFor(connection: Pick<Connection, 'listener' | 'local'>, listeners: readonly Listener[]): Endpoint {
  const advertised = listeners.find(({ name }) => name === connection.listener)?.advertised
  const { address, port } = connection.local
  return { host: advertised?.host || (address === '::1' ? 'localhost' : address), port: advertised?.port ?? port }
}

interface ListedEndpoint extends Endpoint {
  readonly name: string
}

const wildcards: ReadonlySet<string> = new Set(['', '0.0.0.0', '::', '0:0:0:0:0:0:0:0'])

/** Node binds to both families when it is given no host, and to one when it is given the wildcard of one. */
function anyOf(wildcard: string): string | undefined {
  return wildcard === '0.0.0.0' ? wildcard : undefined
}

function parseEndpoint(setting: string, text: string): ListedEndpoint {
  const parts = /^(?<name>[^:/]+):\/\/(?:\[(?<bracketed>[0-9a-fA-F:.%\w]*)\]|(?<plain>[0-9a-zA-Z\-%._:]*)):(?<port>\d+)$/.exec(
    text.trim(),
  )?.groups
  const port = Number(parts?.['port'])
  if (parts === undefined || port > 65_535) {
    throw new UserError(`Cannot understand ${text} in the setting ${setting}; write NAME://host:port, for example PLAINTEXT://:9092`)
  }
  return { name: (parts['name'] ?? '').trim().toUpperCase(), host: parts['bracketed'] ?? parts['plain'] ?? '', port }
}

function protocolsOf(text: string): ReadonlyMap<string, SecurityProtocol> {
  const protocols = new Map<string, SecurityProtocol>()
  for (const item of text.split(',').filter((part) => part.trim() !== '')) {
    const [name = '', value = ''] = item.split(':').map((part) => part.trim().toUpperCase())
    const protocol = securityProtocols.find((known) => known === value)
    if (protocol === undefined) {
      throw new UserError(
        `Cannot understand ${item.trim()} in listener.security.protocol.map; write NAME:PROTOCOL with one of ${securityProtocols.join(', ')}`,
      )
    }
    if (protocols.has(name)) throw new UserError(`The listener ${name} comes twice in listener.security.protocol.map`)
    protocols.set(name, protocol)
  }
  return protocols
}

const securityProtocols: readonly SecurityProtocol[] = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL']

function checkUnique(endpoints: readonly ListedEndpoint[]): void {
  for (const [index, endpoint] of endpoints.entries()) {
    for (const other of endpoints.slice(index + 1)) {
      if (other.name === endpoint.name)
        throw new UserError(`The listener ${other.name} comes twice in the setting listeners; give each its own name`)
      const isOneOfEachFamily = isIP(other.host) + isIP(endpoint.host) === 10
      if (other.port !== 0 && other.port === endpoint.port && !isOneOfEachFamily) {
        throw new UserError(`The listeners ${endpoint.name} and ${other.name} have the same port ${other.port}; give each its own`)
      }
    }
  }
}

function checkAdvertised({ name, host, port }: ListedEndpoint, bound: readonly ListedEndpoint[]): void {
  if (!bound.some((endpoint) => endpoint.name === name)) {
    throw new UserError(`The setting advertised.listeners names ${name}, which is not among the listeners`)
  }
  if ((host !== '' && wildcards.has(host)) || port === 0) {
    throw new UserError(
      `The setting advertised.listeners has ${hostAndPort(host, port)} for ${name}, where no client can connect to; ` +
        'write an address that clients reach, or leave the setting out: then they are told the address that they have connected to',
    )
  }
}
