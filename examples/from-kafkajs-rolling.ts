// A group goes over from kafkajs member by member, without a stop. The old member is played by the package that has its API and speaks as it does.
import { Kafka, kafkajsRoundRobin, string, topic } from '@odradek/client'
import { Kafka as Kafkajs, logLevel } from '@odradek/kafkajs-compat'

const bootstrap = process.env['BOOTSTRAP'] ?? 'localhost:9092'
const jobs = topic(`rolling-jobs-${Date.now()}`, { value: string })
await using kafka = new Kafka({ bootstrapServers: bootstrap })
await kafka.admin().createTopics([{ name: jobs.name, partitions: 4 }])

const done = new Set<string>()
const shared = new Promise<void>((resolve) => {
  setInterval(() => done.size === 40 && resolve(), 50).unref()
})

// The member that is still there.
const old = new Kafkajs({ brokers: [bootstrap], logLevel: logLevel.ERROR }).consumer({ groupId: jobs.name, maxWaitTimeInMs: 200 })
await old.connect()
await old.subscribe({ topic: jobs.name, fromBeginning: true })
await old.run({ eachMessage: async ({ message }) => void done.add(message.value?.toString() ?? '') })

// The first new one: with the assignor of kafkajs behind the one that you want. Once the last old member has gone, take it out again.
const member = kafka.consumer({
  groupId: jobs.name,
  topics: [jobs],
  assignors: ['range', kafkajsRoundRobin],
  autoOffsetReset: 'earliest',
  sessionTimeoutMs: 30_000, // as kafkajs has it; see the table of settings
  isolationLevel: 'read_committed',
})
const ended = new AbortController()
const reading = member.run((record) => void done.add(record.value), { signal: ended.signal })
while (member.assignment().length !== 2) await new Promise((next) => setTimeout(next, 50))

await kafka.producer().sendAll(
  jobs,
  Array.from({ length: 40 }, (_, i) => ({ value: `job ${i}`, partition: i % 4 })),
)
await shared
ended.abort()
await reading
await old.disconnect()
console.log(`${done.size} jobs done by two members of one group`)
