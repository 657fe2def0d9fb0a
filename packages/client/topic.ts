import type { Bytes } from './bytes.ts'
import type { Serde } from './serdes/serde.ts'

/** A topic with what its keys and values are. Types follow from here to producers and consumers, without casts. */
// oxlint-disable-next-line typescript/no-explicit-any -- a consumer of several topics holds topics of any types; K and V come back by inference
export interface Topic<N extends string = string, K = any, V = any> {
  readonly name: N
  readonly key: Serde<K>
  readonly value: Serde<V>
}

/** A topic whose keys and values are bytes. */
export type RawTopic = Topic<string, Bytes | null, Bytes | null>
