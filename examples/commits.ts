import { spawnSync } from 'node:child_process'
import { Kafka, string, topic } from '@odradek/client'
import type { ConsumerOptions } from '@odradek/client'

const [killed, name = `jobs-${Date.now()}`] = process.argv.slice(2)
const jobs = topic(name, { value: string })
const partition = { topic: jobs.name, partition: 0 }
await using kafka = new Kafka({ bootstrapServers: process.env['BOOTSTRAP'] ?? 'localhost:9092' })

/** Reads for a group of its own. It assigns instead of subscribing, so that nobody here waits until the group has noticed that somebody died. */
function reader(group: string, options: ConsumerOptions = {}) {
  const consumer = kafka.consumer({
    groupId: `${name}-${group}`,
    topics: [jobs],
    autoOffsetReset: 'earliest',
    maxPollRecords: 5,
    ...options,
  })
  consumer.assign([partition])
  return consumer
}

/** Where the group would go on, had the process died now. */
async function goesOnAt(group: string): Promise<number> {
  const [committed] = await reader(group).committed([partition])
  return committed?.offset ?? 0
}

if (killed !== undefined) {
  for await (const record of reader('killed').records()) if (record.offset === 12) process.kill(process.pid, 'SIGKILL')
}

await kafka.producer().sendAll(
  jobs,
  Array.from({ length: 20 }, (_, i) => ({ value: `job ${i}`, partition: 0 })),
)

// Automatic commits: what is processed, every autoCommitIntervalMs, and when a loop ends.
const enough = new AbortController()
for await (const record of reader('abort').records({ signal: enough.signal })) if (record.offset === 12) enough.abort()
console.log('aborted with 12 in hand: 12 is processed, goes on at', await goesOnAt('abort'))

for await (const record of reader('break').records()) if (record.offset === 12) break
console.log('left with 12 in hand: 12 is not processed, goes on at', await goesOnAt('break'))

// Handlers of `run` end in any order; committed is up to the first that has not finished.
await reader('run')
  .run(
    async ({ offset }) => {
      if (offset === 12) throw new Error('no luck with 12')
    },
    { order: 'none', concurrency: 4 },
  )
  .catch((error: unknown) => console.log(`run ended: ${String(error)}`))
console.log('goes on at', await goesOnAt('run'), 'whatever was done behind it')

// Explicit commits: what you say, when you say it.
const byHand = { enableAutoCommit: false }
for await (const batch of reader('batches', byHand).batches()) {
  if (batch.firstOffset === 10) break // as if it had died while the third batch was in hand
  await batch.commit()
}
console.log('two batches of five committed, goes on at', await goesOnAt('batches'))

const poller = reader('poll', byHand)
for (let seen = 0; seen < 10;) for (const batch of await poller.poll(1_000)) seen += batch.count
await poller.commit() // all that poll has given so far
console.log('polled ten and committed, goes on at', await goesOnAt('poll'))

// kill -9 with 12 in hand, before the first automatic commit: everything comes again.
spawnSync(process.execPath, ['--no-warnings', import.meta.filename, 'killed', name], { stdio: 'inherit' })
console.log('killed at 12 within the first five seconds, goes on at', await goesOnAt('killed'))
