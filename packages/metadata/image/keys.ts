import { isConfigResourceType } from './config-resource.ts'
import type { ConfigResource } from './config-resource.ts'

/** Where things lie in the store. The shape of the values stands with what they describe. */
export const keys = {
  /** Cluster id and format: written once. */
  cluster: '/id',
  features: '/features',
  nextProducerId: '/next-producer-id',
  /** The broker that decides; its create revision is the controller epoch. */
  controller: '/controller',
  /** A broker that lives; its create revision is the broker epoch. */
  broker: (id: number) => `/brokers/${id}`,
  /** What stays known of a broker while it is away. */
  brokerMemory: (id: number) => `/brokers-meta/${id}`,
  /** Name and partition count. A topic is there when this key is. */
  topic: (topicId: string) => `/topics/${topicId}`,
  topicName: (name: string) => `/names/${name}`,
  partition: (topicId: string, partition: number) => `/p/${topicId}/${partition}`,
  config: ({ type, name }: ConfigResource) => `/config/${type}/${name}`,
} as const

/** A key of the store, understood. Keys of newer versions are `unknown` and left alone. */
export type Key =
  | { readonly kind: 'cluster' | 'features' | 'next-producer-id' | 'controller' | 'topic-name' | 'unknown' }
  | { readonly kind: 'broker' | 'broker-memory'; readonly id: number }
  | { readonly kind: 'topic'; readonly topicId: string }
  | { readonly kind: 'partition'; readonly topicId: string; readonly partition: number }
  | { readonly kind: 'config'; readonly resource: ConfigResource }

export function parseKey(key: string): Key {
  const [, root = '', first = ''] = key.split('/', 3)
  const rest = key.slice(root.length + first.length + 3)
  switch (root) {
    case 'p':
      return { kind: 'partition', topicId: first, partition: Number(rest) }
    case 'topics':
      return { kind: 'topic', topicId: first }
    case 'names':
      return { kind: 'topic-name' }
    case 'config':
      return isConfigResourceType(first) ? { kind: 'config', resource: { type: first, name: rest } } : { kind: 'unknown' }
    case 'brokers':
      return { kind: 'broker', id: Number(first) }
    case 'brokers-meta':
      return { kind: 'broker-memory', id: Number(first) }
    case 'id':
      return { kind: 'cluster' }
    case 'features':
    case 'next-producer-id':
    case 'controller':
      return { kind: root }
    default:
      return { kind: 'unknown' }
  }
}
