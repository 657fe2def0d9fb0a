import { KafkaError } from '@odradek/protocol'
import type { TopicPartition } from '../../partitions.ts'

/** Damaged bytes of one partition. `seekTo` is the first offset behind them; undefined when even that can't be read. */
export function corruptRecords(
  { topic, partition }: TopicPartition,
  offset: number,
  why: string,
  seekTo: number | undefined,
  cause?: unknown,
): KafkaError {
  const way = `consumer.seek({ topic: '${topic}', partition: ${partition}, offset: ${seekTo ?? offset + 1} })`
  const hint = `Other partitions go on. To skip the damage: ${way}`
  return new KafkaError('CORRUPT_MESSAGE', `CORRUPT_MESSAGE: ${topic}-${partition} can't be read at offset ${offset}: ${why}. ${hint}`, {
    hint,
    cause,
  })
}
