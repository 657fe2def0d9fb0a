/** Makes text of bytes, as `toString()` of what a deserializer of Kafka's gives. Throws what that throws. */
export type Deserializer = (bytes: Uint8Array) => Uint8Array

/** Its settings: what stands behind `key.deserializer.` and its like. */
export type DeserializerConfig = Readonly<Record<string, string>>
