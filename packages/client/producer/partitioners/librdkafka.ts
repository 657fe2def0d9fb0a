import { crc32 } from 'node:zlib'
import type { Random } from '@odradek/common/random'
import { systemRandom } from '@odradek/common/random'
import type { Partitioner } from '../../partitioner.ts'

/**
 * librdkafka's `consistent`: CRC32 of the key. Records without a key, or with an empty one, all go to one partition.
 *
 * For topics that clients on librdkafka (Python, Go, .NET, confluent-kafka-javascript) with this setting write to as well.
 */
export function librdkafkaConsistent(): Partitioner {
  return { partition: (_topic, key, _value, { count }) => crc32(key ?? nothing) % count }
}

/** librdkafka's default, `consistent_random`: as `consistent`, but records without a key, or with an empty one, go anywhere. */
export function librdkafkaConsistentRandom(random: Random = systemRandom): Partitioner {
  return {
    partition: (_topic, key, _value, { count, available }) => {
      if (key !== null && key.length > 0) return crc32(key) % count
      return available.length === 0 ? random.nextInt(count) : (available[random.nextInt(available.length)] ?? 0)
    },
  }
}

const nothing = new Uint8Array(0)
