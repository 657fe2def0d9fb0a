import { Buffer } from 'node:buffer'
import { javaPartition, kafkajsLegacy } from '@odradek/client'
import { textOf } from './producer/messages.ts'
import type { DefaultPartitioner, ICustomPartitioner, LegacyPartitioner, PartitionerArgs } from './types/config.ts'

/** How a key comes to its partition; messages without one take turns. */
function byKey(ofKey: (key: Uint8Array, partitionCount: number) => number): ICustomPartitioner {
  return () => {
    const turns = new Map<string, number>()
    return ({ topic, partitionMetadata, message }: PartitionerArgs): number => {
      if (message.partition !== undefined && message.partition !== null) return message.partition
      const { key } = message
      if (key !== undefined && key !== null)
        return ofKey(key instanceof Uint8Array ? key : Buffer.from(textOf(key)), partitionMetadata.length)
      const turn = turns.get(topic) ?? Math.floor(Math.random() * 2 ** 31)
      turns.set(topic, (turn + 1) % 2 ** 31)
      const available = partitionMetadata.filter(({ leader }) => leader >= 0)
      return available.length === 0 ? turn % partitionMetadata.length : (available[turn % available.length]?.partitionId ?? 0)
    }
  }
}

const legacy = kafkajsLegacy()

/** Murmur2 as Java has it. */
const DefaultPartitioner: DefaultPartitioner = byKey(javaPartition)
/** The murmur2 of kafkajs 1, for topics whose keys it has placed. */
const LegacyPartitioner: LegacyPartitioner = byKey((key, count) => legacy.partition('', key, null, { count, available: [] }))

export const Partitioners: {
  DefaultPartitioner: DefaultPartitioner
  LegacyPartitioner: LegacyPartitioner
  /** @deprecated it is the default, under the name `DefaultPartitioner`. */
  JavaCompatiblePartitioner: DefaultPartitioner
} = { DefaultPartitioner, LegacyPartitioner, JavaCompatiblePartitioner: DefaultPartitioner }
