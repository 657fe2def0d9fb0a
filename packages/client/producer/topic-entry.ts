import type { Serde, SerdeContext } from '../serdes/serde.ts'
import type { PartWriter } from './record-parts.ts'
import type { TopicQueues } from './topic-queues.ts'
import { noHeaders } from './written-headers.ts'

/** A topic with the serdes it was given with: there may be several of one name. */
export class TopicEntry {
  topic: TopicQueues
  readonly key: PartWriter
  readonly value: PartWriter
  /** Serializers have what they need. */
  isPrepared = false
  isPreparing = false

  constructor(topic: TopicQueues, keySerde: Serde<unknown> | undefined, valueSerde: Serde<unknown> | undefined) {
    this.topic = topic
    this.key = { serde: keySerde, context: { topic: topic.name, part: 'key', headers: noHeaders }, lengthWidth: 1 }
    this.value = { serde: valueSerde, context: { topic: topic.name, part: 'value', headers: noHeaders }, lengthWidth: 2 }
    this.isPrepared = keySerde?.prepareWrite === undefined && valueSerde?.prepareWrite === undefined
  }

  /** Lets the serializers fetch what they need. Undefined: nothing to wait for. */
  prepare(): Promise<void> | undefined {
    const parts = [ask(this.key.serde, this.key.context), ask(this.value.serde, this.value.context)].filter((part) => part !== undefined)
    return parts.length === 0 ? undefined : Promise.all(parts).then(() => {})
  }
}

const ask = (serde: Serde<unknown> | undefined, context: SerdeContext): Promise<void> | undefined => serde?.prepareWrite?.(context)
