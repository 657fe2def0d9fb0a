import type { Client } from '../client.ts'

/** Our own, as one more among them. */
export const odradek: Client = {
  name: 'odradek',
  fast: true,
  codecs: ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
  prepare: () => undefined,
  program: () => [process.execPath, '--no-warnings', new URL('./odradek.ts', import.meta.url).pathname],
}
