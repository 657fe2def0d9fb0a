import type { Bytes } from '../../bytes.ts'
import type { Partitioner } from '../../partitioner.ts'
import { roundRobin } from './round-robin.ts'

const seed = 0x9747b28c
const factor = 0x5bd1e995

/**
 * The partitioner that kafkajs 1 had by default (`Partitioners.LegacyPartitioner` in kafkajs 2): murmur2, but multiplied as doubles, so that bits get lost and keys come to
 * other partitions than with Java's. For topics whose keys it has placed. Records without a key take turns.
 */
export function kafkajsLegacy(): Partitioner {
  const turns = roundRobin()
  return {
    partition(topic, key, value, partitions) {
      if (key === null) return turns.partition(topic, key, value, partitions)
      return (legacyHash(key) & 0x7fff_ffff) % partitions.count
    },
  }
}

/** Each product is a double and loses its low bits beyond 2^53; `^` and `>>>` cut it to 32 bits again. */
function legacyHash(key: Bytes): number {
  const { length } = key
  let hash = seed ^ length
  // One word more than there are whole ones when bytes are left over: what lies behind the key counts as 0.
  for (let at = 0; at < length; at += 4) {
    let word = byte(key, at) + (byte(key, at + 1) << 8) + (byte(key, at + 2) << 16) + (byte(key, at + 3) << 24)
    word *= factor
    word ^= word >>> 24
    word *= factor
    hash *= factor
    hash ^= word
  }
  const tail = length & ~3
  const left = length % 4
  if (left >= 3) hash ^= byte(key, tail + 2) << 16
  if (left >= 2) hash ^= byte(key, tail + 1) << 8
  if (left >= 1) {
    hash ^= byte(key, tail)
    hash *= factor
  }
  hash ^= hash >>> 13
  hash *= factor
  hash ^= hash >>> 15
  return hash
}

const byte = (key: Bytes, at: number): number => key[at] ?? 0
