import type { Bytes } from './bytes.ts'
import { ConfigError } from './errors/config-error.ts'
import { bytes } from './serdes/basic.ts'
import { nullable } from './serdes/nullable.ts'
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

/** A topic of what `consumer({ topics })` takes: one that is given by its name alone has bytes. */
export type TopicOf<T> = T extends string ? Topic<T, Bytes | null, Bytes | null> : T extends Topic ? T : never

/**
 * A topic and its serdes. Without a serde of the key, keys are bytes or null; without any, values too. Throws `ConfigError` for a name that Kafka does not allow.
 *
 * ```ts
 * const orders = topic('orders', { key: string, value: json<Order>() })
 * const payments = topic('payments', { key: string, value: nullable(json<Payment>()) }) // may have tombstones
 * const audit = topic('audit') // bytes
 * ```
 */
export function topic<const N extends string, V, K = Bytes | null>(
  name: N,
  serdes: { readonly key?: Serde<K> | undefined; readonly value: Serde<V> },
): Topic<N, K, V>
export function topic<const N extends string>(name: N): Topic<N, Bytes | null, Bytes | null>
export function topic(name: string, serdes: { readonly key?: Serde<unknown> | undefined; readonly value?: Serde<unknown> } = {}): Topic {
  checkTopicName(name)
  const { key = raw, value = raw } = serdes
  for (const [part, serde] of Object.entries({ key, value })) {
    if (typeof serde?.write !== 'function' || typeof serde.read !== 'function') {
      throw new ConfigError(
        `The ${part} of topic('${name}', …) must be a serde: one of this package such as string or json(), or an object with write and read.`,
      )
    }
  }
  return { name, key, value }
}

/** What parts without a serde have. */
export const raw: Serde<Bytes | null> = nullable(bytes)

/** Kafka's rule for names of topics. */
export function checkTopicName(name: unknown): asserts name is string {
  if (typeof name !== 'string') throw new ConfigError(`The name of a topic must be a string, and is of type ${typeof name}.`)
  if (/^[\w.-]{1,249}$/.test(name) && name !== '.' && name !== '..') return
  throw new ConfigError(
    `${JSON.stringify(name.slice(0, 300))} can't be the name of a topic: it needs 1 to 249 characters out of a-z, A-Z, 0-9, dot, underscore and dash, and is not . or ..`,
  )
}
