import type { Client } from '../client.ts'
import { firstLine } from '../present.ts'

/** kcat, the Swiss army knife; what it can't send is left out of its corpus. */
export const kcat: Client = {
  name: 'kcat',
  fast: true,
  codecs: ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
  lacks: ['headers', 'nulls'],
  prepare: () => firstLine('kcat', ['-V']) && 'apt-get install kcat',
  program: () => [new URL('./client.sh', import.meta.url).pathname],
}
