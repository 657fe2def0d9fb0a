import type { Client } from '../client.ts'
import { firstLine } from '../present.ts'

/** The asyncio client for Python, with a protocol of its own. Install with `pip install aiokafka==0.14.0 cramjam`. */
export const aiokafka: Client = {
  name: 'aiokafka',
  fast: true,
  codecs: ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
  prepare: () => firstLine('python3', ['-c', 'import aiokafka, cramjam']) && 'pip install aiokafka==0.14.0 cramjam',
  program: () => ['python3', new URL('./client.py', import.meta.url).pathname],
}
