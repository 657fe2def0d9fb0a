import { ClientError, ConfigError, DeserializationError, json, Kafka, KafkaError, string, topic } from '@odradek/client'

interface Reading {
  readonly celsius: number
  readonly note?: string
}
const readings = topic(`thermometers-${Date.now()}`, { key: string, value: json<Reading>() })

/** What an error asks for. Both classes have the same fields, so one function does for both. */
function adviceFor(error: unknown): string {
  if (!(error instanceof KafkaError || error instanceof ClientError)) return 'not from the client'
  const { code, fatal, abortable, retriable, hint } = error
  const advice = fatal
    ? 'close it, make a new one'
    : abortable
      ? 'abort the transaction'
      : retriable
        ? 'may be tried again'
        : 'mend the cause'
  return `${code}: ${advice}${hint === '' ? '' : ` (${hint})`}`
}

await using kafka = new Kafka({ bootstrapServers: process.env['BOOTSTRAP'] ?? 'localhost:9092' })

// 1. Settings are checked before anything is opened; the message names what was probably meant.
try {
  // @ts-expect-error -- the compiler would have said so
  kafka.producer({ lingerMS: 20 })
} catch (error) {
  if (error instanceof ConfigError) console.log(error.message)
}

// 2. Of one record: its promise rejects, all others go on.
const producer = kafka.producer()
await producer.send(readings, { key: 'a', value: { celsius: 21 } })
await producer
  .send(readings, { key: 'a', value: { celsius: 21, note: 'x'.repeat(2_000_000) } })
  .catch((error: unknown) => console.log(adviceFor(error)))

// 3. A record that cannot be read is an error of that record alone. It says where it lies; here it is put aside, as it came.
await producer.send(readings.name, { key: 'a', value: '{"celsius": 2' }) // by name alone: text goes out as it is
await producer.send(readings, { key: 'a', value: { celsius: 22 } })
const consumer = kafka.consumer({ groupId: readings.name, topics: [readings], autoOffsetReset: 'earliest' })
const enough = new AbortController()
let [good, bad] = [0, 0]
await consumer.run(
  async (record) => {
    if (record.value.celsius > 0) good++
    if (good + bad === 3) enough.abort()
  },
  {
    signal: enough.signal,
    async onError(error, record, attempt) {
      if (!(error instanceof DeserializationError)) return attempt < 5 ? { retryAfterMs: 100 * attempt } : 'fail'
      await producer.send(`${readings.name}-dead-letters`, { key: record.rawKey, value: record.rawValue, headers: { error: error.code } })
      bad++
      return 'skip'
    },
  },
)

// 4. Bad use is told at once, and says what to do.
await consumer.close()
await consumer.commit().catch((error: unknown) => console.log(adviceFor(error)))
console.log(`${good} good readings, ${bad} put aside`)
