import type { Client } from '../client.ts'
import { firstLine } from '../present.ts'

/** The Python client over a current librdkafka. Install with `pip install confluent-kafka==2.16.1`. */
export const confluentKafkaPython: Client = {
  name: 'confluent-kafka-python',
  fast: true,
  codecs: ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
  prepare: () => firstLine('python3', ['-c', 'import confluent_kafka']) && 'pip install confluent-kafka==2.16.1',
  program: () => ['python3', new URL('./client.py', import.meta.url).pathname],
}
