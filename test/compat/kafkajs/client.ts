import type { Client } from '../client.ts'
import { nodeKit } from '../present.ts'

/** The client most Node programs use; snappy, lz4 and zstd need plug-ins that it does not bring. */
export const kafkajs: Client = {
  name: 'kafkajs 2.2.4',
  fast: true,
  codecs: ['none', 'gzip'],
  lacks: ['null header values'],
  prepare: () => nodeKit.missing(),
  program: () => nodeKit.run(new URL('./kafkajs.mjs', import.meta.url).pathname),
}
