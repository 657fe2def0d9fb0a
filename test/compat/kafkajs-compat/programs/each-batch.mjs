import { committed, kafka, name, numbered, print, signal, topicWith } from '../stage.mjs'

const topic = await topicWith('t', 30)
const groupId = name('g')
const consumer = kafka.consumer({ groupId })
await consumer.connect()
await consumer.subscribe({ topic, fromBeginning: true })
const { promise, done } = signal()
await consumer.run({
  eachBatchAutoResolve: true,
  eachBatch: async ({ batch, resolveOffset, heartbeat, commitOffsetsIfNecessary, uncommittedOffsets, isRunning, isStale, pause }) => {
    print(
      batch.topic,
      batch.partition,
      batch.highWatermark,
      batch.messages.length,
      batch.isEmpty(),
      batch.firstOffset(),
      batch.lastOffset(),
      batch.offsetLag(),
      batch.offsetLagLow(),
    )
    print(typeof pause, isRunning(), isStale())
    for (const message of batch.messages.slice(0, 10)) {
      resolveOffset(message.offset)
      await heartbeat()
    }
    print(numbered(uncommittedOffsets().topics))
    await commitOffsetsIfNecessary()
    print(numbered(uncommittedOffsets().topics))
    await commitOffsetsIfNecessary(uncommittedOffsets())
    print(numbered(uncommittedOffsets().topics))
    done()
  },
})
await promise
await consumer.stop()
print(await committed(groupId, topic))
await consumer.disconnect()
