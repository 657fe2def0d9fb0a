/**
 * The order in which a `java.util.HashMap` gives these keys back, one that grew by itself or was made with an initial capacity. Kafka's tools print some maps
 * just as they come, and programs compare what they print.
 */
export function hashMapOrder<Key>(keys: readonly Key[], hash: (key: Key) => number, initialCapacity = 16): readonly Key[] {
  let capacity = 1
  while (capacity < initialCapacity || keys.length > Math.floor(capacity * 0.75)) capacity *= 2
  return keys
    .map((key) => ({ key, bucket: spread(hash(key)) & (capacity - 1) }))
    .toSorted((one, other) => one.bucket - other.bucket)
    .map(({ key }) => key)
}

/** `String.hashCode()`. */
export function hashOfText(text: string): number {
  let hash = 0
  for (let at = 0; at < text.length; at++) hash = (Math.imul(31, hash) + text.charCodeAt(at)) | 0
  return hash
}

/** `TopicPartition.hashCode()`. */
export function hashOfPartition({ topic, partition }: { readonly topic: string; readonly partition: number }): number {
  return (Math.imul(31, 31 + partition) + hashOfText(topic)) | 0
}

const spread = (hash: number): number => hash ^ (hash >>> 16)
