const seed = 0x9747b28c
const factor = 0x5bd1e995

/** Kafka's hash of record keys, over `bytes[start, end)`. A signed 32-bit integer; partitioners use its lower 31 bits. */
export function murmur2(bytes: Uint8Array, start = 0, end = bytes.length): number {
  const length = end - start
  let hash = seed ^ length
  let at = start
  for (; at + 4 <= end; at += 4) {
    let word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    word = Math.imul(word, factor)
    word ^= word >>> 24
    hash = Math.imul(hash, factor) ^ Math.imul(word, factor)
  }
  if (at < end) {
    for (let i = end - 1; i >= at; i--) hash ^= bytes[i]! << (8 * (i - at))
    hash = Math.imul(hash, factor)
  }
  hash ^= hash >>> 13
  hash = Math.imul(hash, factor)
  return hash ^ (hash >>> 15)
}
