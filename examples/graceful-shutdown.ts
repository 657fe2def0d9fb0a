import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka } from '@odradek/client'

// Kubernetes sends SIGTERM, a terminal SIGINT. One signal ends every loop below.
const shutdown = new AbortController()
for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => shutdown.abort())

await using kafka = new Kafka({ bootstrapServers: process.env['BOOTSTRAP'] ?? 'localhost:9092' })
const producer = kafka.producer()
await producer.sendAll(
  'jobs',
  Array.from({ length: 20 }, (_, i) => ({ value: `job ${i}` })),
)

const consumer = kafka.consumer({ groupId: `workers-${Date.now()}`, autoOffsetReset: 'earliest' })
consumer.subscribe(['jobs'])
let done = 0
await consumer.run(
  async (record, signal) => {
    // `signal` is aborted when the partition goes to somebody else: what is slow should listen to it.
    await sleep(5, undefined, { signal })
    done++
    if (done === 10) process.kill(process.pid, 'SIGTERM') // as if somebody had asked us to stop
    void record
  },
  { concurrency: 4, order: 'none', signal: shutdown.signal },
)
// `run` came back when the handlers under way were done and committed. Closing (`await using`) leaves the group, so that others take
// over at once, and waits for records on their way out.
console.log(`stopped in order after ${done >= 10 ? 'ten or a few more' : 'too few'} jobs`)
