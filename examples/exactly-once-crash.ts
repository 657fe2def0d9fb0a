// The same copy, killed within a transaction and started again: what was written in it is never seen, and what was read for it is read again.
import { spawnSync } from 'node:child_process'
import { int32, Kafka, readProcessWrite, topic } from '@odradek/client'

const [role, run = String(Date.now())] = process.argv.slice(2)
const deposits = topic(`deposits-${run}`, { key: int32, value: int32 })
const booked = topic(`booked-${run}`, { key: int32, value: int32 })
await using kafka = new Kafka({ bootstrapServers: process.env['BOOTSTRAP'] ?? 'localhost:9092' })

if (role === undefined) {
  await kafka.admin().createTopics([deposits, booked].map(({ name }) => ({ name, partitions: 1, replicationFactor: 1 })))
  await kafka.producer().sendAll(
    deposits,
    Array.from({ length: 100 }, (_, i) => ({ key: i, value: i })),
  )
  for (const how of ['until it is killed', 'to the end']) {
    const { signal } = spawnSync(process.execPath, ['--no-warnings', import.meta.filename, how, run], { stdio: 'inherit' })
    console.log(`copied ${how}`, signal ?? '')
  }
  const reader = kafka.consumer({ topics: [booked], autoOffsetReset: 'earliest', isolationLevel: 'read_committed' })
  reader.assign([{ topic: booked.name, partition: 0 }])
  const keys: number[] = []
  for await (const { key } of reader.records()) if (keys.push(key) === 100) break
  console.log(`${new Set(keys).size} of 100 booked, each once`)
} else {
  const source = kafka.consumer({
    groupId: booked.name,
    topics: [deposits],
    autoOffsetReset: 'earliest',
    enableAutoCommit: false,
    maxPollRecords: 20, // five transactions
    sessionTimeoutMs: 6_000, // so long the second run waits for the place of the first, which could not say good-bye
  })
  const sink = kafka.producer({ transactionalId: booked.name }) // the same name: the second run ends at once what the first left open
  const whole = new AbortController()
  await readProcessWrite(
    source,
    sink,
    async (batches, transaction) => {
      for (const batch of batches) {
        for (const { key, value } of batch) transaction.enqueue(booked, { key, value })
        if (batch.nextOffset >= 40 && role === 'until it is killed') {
          await sink.flush() // the records have come to the broker
          process.kill(process.pid, 'SIGKILL')
        }
        if (batch.nextOffset === 100) whole.abort()
      }
    },
    { signal: whole.signal },
  )
}
