/** Java's `String.hashCode()`, by which Kafka spreads groups over partitions. A signed 32-bit integer. */
export function javaHashCode(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  return hash
}
