import type { Serde } from './serde.ts'

/** The same with null as a value of its own: Kafka's null, which is a tombstone in a compacted topic. The inner serde never sees it. */
export function nullable<T>(inner: Serde<T>): Serde<T | null> {
  return { ...within(inner), takesNull: true }
}

function within<T>(inner: Serde<T>): Serde<T | null> {
  return {
    write(data, sink, context) {
      if (data !== null) inner.write(data, sink, context)
    },
    read: (bytes, context) => inner.read(bytes, context),
    ...(inner.prepareWrite === undefined ? {} : { prepareWrite: (context) => inner.prepareWrite?.(context) }),
    ...(inner.prepareRead === undefined ? {} : { prepareRead: (payloads, context) => inner.prepareRead?.(payloads, context) }),
    ...('fixedSize' in inner ? { fixedSize: inner.fixedSize } : {}),
  }
}
