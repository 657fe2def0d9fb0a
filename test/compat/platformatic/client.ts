import type { Client } from '../client.ts'
import { nodeKit } from '../present.ts'

/** The newest pure TypeScript client; speaks the highest versions that a broker announces. */
export const platformatic: Client = {
  name: '@platformatic/kafka 2.12.1',
  fast: true,
  codecs: ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
  prepare: () => nodeKit.missing(),
  program: () => nodeKit.run(new URL('./platformatic.mjs', import.meta.url).pathname),
}
