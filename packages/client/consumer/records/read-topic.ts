import type { Bytes } from '../../bytes.ts'
import type { Deserializer, SerdeContext } from '../../serdes/serde.ts'
import { raw } from '../../topic.ts'
import type { Topic } from '../../topic.ts'
import { noHeaders } from './record-headers.ts'

/** How one part of the records of a topic is read. */
export type PartReader = Deserializer<unknown> & { readonly takesNull?: boolean }

/** A topic as records know it: its name, and how keys and values become data. Undefined: they stay bytes. */
export class ReadTopic {
  readonly name: string
  readonly key: PartReader | undefined
  readonly value: PartReader | undefined

  constructor(name: string, key?: PartReader, value?: PartReader) {
    this.name = name
    this.key = key === raw ? undefined : key
    this.value = value === raw ? undefined : value
  }

  /** Whether something must be fetched before records can be read. */
  get mustPrepare(): boolean {
    return this.key?.prepareRead !== undefined || this.value?.prepareRead !== undefined
  }

  /** Lets the serdes fetch what they need for these payloads. */
  async prepare(keys: Iterable<Bytes>, values: Iterable<Bytes>): Promise<void> {
    await Promise.all([
      this.key?.prepareRead?.(keys, context(this.name, 'key')),
      this.value?.prepareRead?.(values, context(this.name, 'value')),
    ])
  }
}

const context = (topic: string, part: 'key' | 'value'): SerdeContext => ({ topic, part, headers: noHeaders })

/** The topics that a consumer was given with their types; all others are bytes. */
export class ReadTopics {
  readonly #byName = new Map<string, ReadTopic>()
  readonly #untyped: { readonly key: PartReader | undefined; readonly value: PartReader | undefined }

  /** `untyped`: how topics are read that nobody gave with a type. */
  constructor(
    topics: readonly Topic[] = [],
    untyped: { readonly key?: PartReader | undefined; readonly value?: PartReader | undefined } = {},
  ) {
    this.#untyped = { key: untyped.key, value: untyped.value }
    for (const topic of topics) this.learn(topic)
  }

  learn(topic: Topic): void {
    this.#byName.set(topic.name, new ReadTopic(topic.name, topic.key, topic.value))
  }

  get(name: string): ReadTopic {
    const known = this.#byName.get(name)
    if (known !== undefined) return known
    const untyped = new ReadTopic(name, this.#untyped.key, this.#untyped.value)
    this.#byName.set(name, untyped)
    return untyped
  }
}
