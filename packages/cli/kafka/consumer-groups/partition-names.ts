import type { TopicPartition } from '@odradek/client'
import { illegalArgument } from '../java-error.ts'
import { javaSplit, parseInt32 } from '../java-numbers.ts'

/** `orders:0,2` → the partitions. Throws as Kafka's tool, which shows its help then. */
export function namedPartitions(argument: string): TopicPartition[] {
  const parts = javaSplit(argument, ':')
  const [topic, partitions] = parts
  if (topic === undefined || partitions === undefined || parts.length !== 2)
    throw illegalArgument(`Invalid topic arg '${argument}', expected topic name and partitions`)
  return javaSplit(partitions, ',').map((partition) => {
    try {
      return { topic, partition: parseInt32(partition) }
    } catch {
      throw illegalArgument(`Invalid partition '${partition}' specified in topic arg '${argument}''`)
    }
  })
}
