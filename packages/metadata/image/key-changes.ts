import type { Commit, Versioned } from '../store.ts'
import { decodeBroker } from './broker-image.ts'
import type { BrokerImage } from './broker-image.ts'
import { decodeConfig } from './configs-image.ts'
import type { ConfigImage } from './configs-image.ts'
import { parseKey } from './keys.ts'
import { decodePartition } from './partition-state.ts'
import type { PartitionState } from './partition-state.ts'
import { decodeTopic } from './topic-image.ts'
import type { TopicRecord } from './topic-image.ts'

interface TopicDraft {
  record?: TopicRecord | undefined
  readonly partitions: Map<number, PartitionState | undefined>
}

/** The changes of a commit, sorted by what they are about. */
export class KeyChanges {
  readonly topics = new Map<string, TopicDraft>()
  readonly configs: ConfigImage[] = []
  readonly liveBrokers = new Map<number, BrokerImage | undefined>()
  readonly rememberedBrokers = new Map<number, BrokerImage | undefined>()
  cluster: Versioned | undefined
  features: Versioned | undefined
  nextProducerId: Versioned | undefined
  /** Present when the commit touched the key. */
  controller?: { readonly value: Versioned | undefined }

  constructor(changes: Commit['changes']) {
    for (const { key, value } of changes) this.#sort(key, value)
  }

  #sort(key: string, value: Versioned | undefined): void {
    const parsed = parseKey(key)
    switch (parsed.kind) {
      case 'partition':
        this.#topic(parsed.topicId).partitions.set(
          parsed.partition,
          value && decodePartition(key, value.value, parsed.partition, value.modRevision),
        )
        return
      case 'topic':
        this.#topic(parsed.topicId).record = value && decodeTopic(key, value.value, value.modRevision)
        return
      case 'config': {
        const entries = value === undefined ? new Map<string, string>() : decodeConfig(key, value.value)
        this.configs.push({ resource: parsed.resource, entries, revision: value?.modRevision ?? 0 })
        return
      }
      case 'broker':
        this.liveBrokers.set(parsed.id, value && liveBroker(key, value, parsed.id))
        return
      case 'broker-memory':
        this.rememberedBrokers.set(parsed.id, value && rememberedBroker(key, value, parsed.id))
        return
      case 'controller':
        this.controller = { value }
        return
      case 'cluster':
        this.cluster = value
        return
      case 'features':
        this.features = value
        return
      case 'next-producer-id':
        this.nextProducerId = value
        return
      case 'topic-name':
      case 'unknown':
    }
  }

  #topic(id: string): TopicDraft {
    let draft = this.topics.get(id)
    if (draft === undefined) this.topics.set(id, (draft = { partitions: new Map() }))
    return draft
  }
}

function liveBroker(key: string, { value, createRevision, modRevision }: Versioned, id: number): BrokerImage {
  return { ...decodeBroker(key, value, id), epoch: createRevision, registered: true, revision: modRevision }
}

/** Written together with the live key, so its revision is the epoch that the broker had. */
function rememberedBroker(key: string, { value, modRevision }: Versioned, id: number): BrokerImage {
  return { ...decodeBroker(key, value, id), fenced: true, epoch: modRevision, registered: false, revision: modRevision }
}
