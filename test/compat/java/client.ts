import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Client } from '../client.ts'
import { firstLine, kit } from '../present.ts'

const source = new URL('./Client.java', import.meta.url).pathname

/** Apache Kafka's own Java client, out of the kit; compiled once. */
export const java: Client = {
  name: 'java 4.3.1',
  fast: true,
  codecs: ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
  prepare(scratch) {
    const missing = firstLine('java', ['-version']) ?? firstLine('javac', ['-version']) ?? kit.missing()
    if (missing !== undefined) return missing
    if (!existsSync(`${scratch}/java/Client.class`)) execFileSync('javac', ['-cp', kit.classpath(), '-d', `${scratch}/java`, source])
    return undefined
  },
  program: (scratch) => [
    'java',
    '-Xmx256m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-Dlog4j2.level=ERROR',
    '-cp',
    `${scratch}/java:${kit.classpath()}`,
    'Client',
  ],
}
