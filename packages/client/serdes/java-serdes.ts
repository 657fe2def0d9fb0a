import { boolean, bytes, string, uuid } from './basic.ts'
import { nullable } from './nullable.ts'
import { float32, float64, int16, int32, int64 } from './numbers.ts'
import type { Serde } from './serde.ts'

// oxlint-disable-next-line typescript/no-explicit-any -- by a name that is known at run time only
const byKind: ReadonlyMap<string, Serde<any>> = new Map<string, Serde<any>>([
  ['String', string],
  ['Short', int16],
  ['Integer', int32],
  ['Long', int64],
  ['Float', float32],
  ['Double', float64],
  ['Boolean', boolean],
  ['UUID', uuid],
  ['ByteArray', bytes],
  ['Bytes', bytes],
  ['ByteBuffer', bytes],
])

/** What a (de)serializer of Kafka is here, by the first part of its name: `String` of StringSerializer. As in Java, null goes through all of them. */
export function serdeOfKind(kind: string): Serde<unknown> | undefined {
  const serde = byKind.get(kind)
  return serde === undefined ? undefined : nullable(serde)
}
