import { ConfigError, itemsOf } from '@odradek/common/config'

/** Where to begin: a name or an address, and a port. */
export interface BootstrapServer {
  readonly host: string
  readonly port: number
}

/** Reads `host:port,[::1]:9092,SSL://host:port`. Throws the config error of common. */
export function readEndpoints(name: string, text: string): readonly BootstrapServer[] {
  return itemsOf(text).map((item) => {
    const found = /^(?:[a-z][a-z\d+.-]*:\/\/)?(?:\[([\da-f:.%]+)\]|([^\s:[\]/]+)):(\d+)$/i.exec(item)
    const host = found?.[1] ?? found?.[2]
    const port = Number(found?.[3])
    if (host === undefined) {
      const isWithoutPort = /^(\[[\da-f:.%]+\]|[\w.-]+)$/i.test(item)
      throw ConfigError.invalidValue(
        name,
        item,
        isWithoutPort ? `It has no port. Write ${item}:9092, if 9092 it is` : 'Each server must be host:port',
      )
    }
    if (port < 1 || port > 65_535) throw ConfigError.invalidValue(name, item, 'The port must be from 1 to 65535')
    return { host, port }
  })
}
