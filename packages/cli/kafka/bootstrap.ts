import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { JavaError } from './java-error.ts'
import { log4jLine } from './log4j.ts'
import type { Terminal } from '../terminal.ts'

interface Addresses {
  readonly terminal: Terminal
  readonly bootstrapServer?: string | undefined
  readonly bootstrapControllers?: string | undefined
}

/**
 * Looks at `--bootstrap-server` as a Java client does when it is made: an address without a port, or names that nobody knows, end the tool at once.
 * `failure` is what Java says of the client that is not made: `Failed to construct kafka consumer`.
 */
export async function checkBootstrap({ terminal, bootstrapServer, bootstrapControllers }: Addresses, failure: string): Promise<void> {
  const setting = bootstrapControllers === undefined ? 'bootstrap.servers' : 'bootstrap.controllers'
  const urls = bootstrapControllers ?? bootstrapServer
  if (urls === undefined) return
  const refuse = (why: string): never => {
    const cause = new JavaError('org.apache.kafka.common.config.ConfigException', why)
    throw new JavaError('org.apache.kafka.common.KafkaException', failure, { cause })
  }
  const hosts = urls
    .split(',')
    .map((url) => url.trim())
    .filter((url) => url !== '')
    .map((url) => {
      const [, host = '', port] = /^.*?\[?([\w\-%.:]*)\]?:(\d+)$/.exec(url) ?? refuse(`Invalid url in ${setting}: ${url}`)
      if (Number(port) > 65_535) refuse(`Invalid port in ${setting}: ${url}`)
      return { url, host }
    })
  const known = await Promise.all(
    hosts.map(async ({ url, host }) => {
      if (isIP(host) !== 0 || host === 'localhost') return true
      try {
        await lookup(host)
        return true
      } catch {
        const message = `Couldn't resolve server ${url} from ${setting} as DNS resolution failed for ${host}`
        terminal.err(log4jLine('WARN', message, 'org.apache.kafka.clients.ClientUtils'))
        return false
      }
    }),
  )
  if (!known.includes(true)) refuse(`No resolvable bootstrap urls given in ${setting}`)
}
