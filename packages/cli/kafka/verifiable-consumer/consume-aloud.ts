import { KafkaError } from '@odradek/client'
import type { BatchOf, Consumer, Offsets, Partitions, RecordOf, Topic, TopicPartition } from '@odradek/client'
import { javaMessage } from '../java-names.ts'
import type { JsonLines } from '../json-lines.ts'

type Spoken = Topic<string, string | null, string | null>

export interface Aloud {
  /** Is closed at the end. */
  readonly consumer: Consumer<Spoken>
  readonly topic: Spoken
  readonly count: number
  /** Each record is shown, and not only how many there were. */
  readonly isVerbose: boolean
  /** What was read is committed, and the commit told. */
  readonly commits: boolean
  readonly lines: JsonLines
  readonly stop: AbortSignal
  /** Hears of what ends it early. */
  readonly failed: (error: unknown) => void
}

/** Reads a topic as a member of a group, and tells all that happens. */
export async function consumeAloud(aloud: Aloud): Promise<void> {
  const { consumer, lines, stop, failed } = aloud
  const askedToStop = (): void => lines.say('shutdown_requested')
  lines.say('startup_complete')
  if (stop.aborted) askedToStop()
  else stop.addEventListener('abort', askedToStop)
  try {
    await read(aloud)
  } catch (error) {
    if (error !== stop.reason) failed(error)
  }
  try {
    // Java's consumer takes all that a poll gave for processed when it closes.
    if (!aloud.commits) await consumer.commit()
    await consumer.close()
  } catch (error) {
    failed(error)
  }
  lines.say('shutdown_complete')
  // A process that ends by itself asks for it too, afterwards: a shutdown hook of Kafka's tool.
  if (!stop.aborted) askedToStop()
  stop.removeEventListener('abort', askedToStop)
}

async function read({ consumer, topic, count, isVerbose, commits, lines, stop }: Aloud): Promise<void> {
  const partitionsOf = (partitions: Partitions): object => ({
    partitions: partitions.map((each) => ({ topic: each.topic, partition: each.partition })),
  })
  consumer.subscribe([topic], {
    onPartitionsAssigned: (partitions) => lines.say('partitions_assigned', partitionsOf(partitions)),
    onPartitionsRevoked: (partitions) => lines.say('partitions_revoked', partitionsOf(partitions)),
  })
  let left = count
  while (left > 0 && !stop.aborted) {
    const batches = await consumer.poll(Infinity, { signal: stop })
    if (batches.length === 0) continue
    const read = upTo(left, batches)
    if (isVerbose) for (const { records } of read) for (const record of records) lines.say('record_data', shown(record))
    left -= read.reduce((sum, { records }) => sum + records.length, 0)
    lines.say('records_consumed', {
      count: batches.reduce((sum, batch) => sum + batch.count, 0),
      partitions: read.map(({ place, records, minOffset, maxOffset }) => ({ ...place, count: records.length, minOffset, maxOffset })),
    })
    if (commits) {
      await commit(
        consumer,
        read.map(({ place, maxOffset }) => ({ ...place, offset: maxOffset + 1 })),
        lines,
      )
    }
    if (lines.slow !== undefined) await lines.slow
  }
}

interface ReadPartition {
  readonly place: TopicPartition
  readonly records: readonly RecordOf<Spoken>[]
  readonly minOffset: number
  readonly maxOffset: number
}

/** Partition by partition, until there are as many as are wanted. */
function upTo(wanted: number, batches: readonly BatchOf<Spoken>[]): readonly ReadPartition[] {
  let left = wanted
  return batches.flatMap((batch) => {
    const records = [...batch].slice(0, left)
    const [lowest, highest] = [records[0], records.at(-1)]
    if (lowest === undefined || highest === undefined) return []
    left -= records.length
    return [{ place: { topic: batch.topic, partition: batch.partition }, records, minOffset: lowest.offset, maxOffset: highest.offset }]
  })
}

function shown({ key, value, topic, partition, offset }: RecordOf<Spoken>): object {
  return { key, value, topic, partition, offset }
}

async function commit(consumer: Consumer<Spoken>, offsets: Offsets, lines: JsonLines): Promise<void> {
  try {
    await consumer.commit(offsets)
    lines.say('offsets_committed', { offsets, success: true })
  } catch (error) {
    // Somebody else has this member's name: there is nothing more to do here.
    if (error instanceof KafkaError && error.code === 'FENCED_INSTANCE_ID') throw error
    lines.say('offsets_committed', { offsets, error: javaMessage(error), success: false })
  }
}
