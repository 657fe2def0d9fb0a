import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import type { Client } from '../client.ts'
import { firstLine } from '../present.ts'

const source = new URL('./client.c', import.meta.url).pathname

/** Debian's librdkafka from C: the oldest client in wide use. */
export const librdkafka: Client = {
  name: 'librdkafka (Debian)',
  fast: true,
  codecs: ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
  prepare(scratch) {
    const missing = firstLine('gcc', ['--version'])
    if (missing !== undefined) return missing
    if (!existsSync('/usr/include/librdkafka/rdkafka.h')) return 'librdkafka-dev is not installed'
    mkdirSync(`${scratch}/librdkafka`, { recursive: true })
    const built = spawnSync('gcc', ['-O1', '-o', `${scratch}/librdkafka/client`, source, '-lrdkafka'], { encoding: 'utf8' })
    return built.status === 0 ? undefined : `gcc: ${built.stderr.split('\n')[0] ?? ''}`
  },
  program: (scratch) => [`${scratch}/librdkafka/client`],
}
