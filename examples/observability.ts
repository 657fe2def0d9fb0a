import { channel, tracingChannel } from 'node:diagnostics_channel'
import { Kafka } from '@odradek/client'
import type { ClientLogger, LogFields, Metrics, RebalanceMessage, SendContext } from '@odradek/client'

// 1. A logger of one's own: four methods, so `console` or pino's wrapped like this. Without one, warnings and errors go to stderr.
const log =
  (level: string) =>
  (message: string, fields: LogFields = {}): void =>
    console.log(JSON.stringify({ level, message, ...fields }))
const logger: ClientLogger = { debug: () => undefined, info: log('info'), warn: log('warn'), error: log('error') }

// 2. Channels: heard by whoever knows their names, and for every client of the process. This could be a library that knows nothing of the program.
const sends = { batches: 0, records: 0, failed: 0 }
tracingChannel<unknown, SendContext>('odradek:producer.send').subscribe({
  start() {},
  end() {},
  asyncStart() {},
  asyncEnd({ records }: SendContext) {
    sends.batches++
    sends.records += records
  },
  error: () => void sends.failed++,
})
channel('odradek:consumer.rebalance').subscribe((message) => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the reference says what each channel publishes
  const { kind, partitions } = message as RebalanceMessage
  console.log(`${partitions.length} partitions ${kind}`)
})

await using kafka = new Kafka({ bootstrapServers: process.env['BOOTSTRAP'] ?? 'localhost:9092', clientId: 'meter' }, { logger })
const topic = `pulses-${Date.now()}`
const producer = kafka.producer()
await producer.sendAll(
  topic,
  Array.from({ length: 1000 }, (_, i) => ({ value: `pulse ${i}` })),
)

const consumer = kafka.consumer({ groupId: topic, autoOffsetReset: 'earliest' })
consumer.subscribe([topic])
const enough = new AbortController()
let seen = 0
for await (const batch of consumer.batches({ signal: enough.signal })) if ((seen += batch.count) >= 1000) enough.abort()

// 3. Metrics, under the names of the Java client: one by one, or all of them as Prometheus' text.
function prometheus(metrics: Metrics): string {
  const lines = [...metrics].map((metric) => {
    const { group, name, tags } = metric
    const labels = Object.entries(tags).map(([tag, text]) => `${tag.replaceAll('-', '_')}=${JSON.stringify(text)}`)
    return `kafka_${group}_${name}`.replaceAll('-', '_') + `{${labels.join(',')}} ${metric.value()}`
  })
  return `${lines.join('\n')}\n`
}
const text = prometheus(consumer.metrics())
console.log(text.split('\n').find((line) => line.includes('records_consumed_total')))
console.log(`lag at most ${consumer.metrics().get('records-lag-max', { group: 'consumer-fetch-manager-metrics' })}`)
console.log(
  `${producer.metrics().get('record-send-total')} records sent; the channel has seen ${sends.records}, ${sends.failed} batches failed`,
)
