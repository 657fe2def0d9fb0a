import { murmur2 } from '@odradek/common/bytes'
import type { Bytes } from '../../bytes.ts'

/** Where Java's producer, and ours, puts a key: for readers that must find it again. An empty key is a key. */
export function javaPartition(key: Bytes, partitionCount: number): number {
  // Not `>>> 0`: Kafka takes the sign away by its bit, which gives another number for negative hashes.
  return (murmur2(key) & 0x7fff_ffff) % partitionCount
}
