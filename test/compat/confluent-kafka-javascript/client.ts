import type { Client } from '../client.ts'
import { nodeKit } from '../present.ts'

/** librdkafka for Node; has to be built from source (tools/peers/node-peers install --confluent). */
export const confluentKafkaJavascript: Client = {
  name: '@confluentinc/kafka-javascript 1.10.1',
  fast: false,
  codecs: ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
  lacks: ['null header values'],
  prepare: () => nodeKit.missing() ?? nodeKit.unbuilt(),
  program: () => nodeKit.run(new URL('./confluent-kafka-javascript.mjs', import.meta.url).pathname),
}
