import { UsageError } from '../../usage-error.ts'
import type { Address } from './probe.ts'

/** `a:9092,b:9092`, `[::1]:9092`; a port that is not given is 9092. */
export function addressesOf(servers: string): readonly Address[] {
  return servers
    .split(',')
    .map((server) => server.trim())
    .filter((server) => server !== '')
    .map((server) => {
      const found = /^(?:[A-Z_]+:\/\/)?(\[[^\]]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(server)
      const port = Number(found?.[2] ?? 9092)
      if (found === null || port > 65_535 || port === 0) throw new UsageError(`${server}: write an address as HOST:PORT`)
      return { host: (found[1] ?? '').replace(/^\[(.*)\]$/, '$1'), port }
    })
}
