/** Our client as a compat program; see test/compat/client.ts for its three commands. */
import { Buffer } from 'node:buffer'
import { readFileSync, writeSync } from 'node:fs'
import { Kafka } from '@odradek/client'

const [command = '', bootstrap = '', ...args] = process.argv.slice(2)
const kafka = new Kafka({ bootstrapServers: bootstrap, clientId: 'compat' })

const unhex = (field: string): Buffer | null => (field === '-' ? null : Buffer.from(field.slice(1), 'hex'))
const tohex = (bytes: Uint8Array | null): string => (bytes === null ? '-' : `x${Buffer.from(bytes).toString('hex')}`)

/** Written before the record counts as handled: what a killed process had in its own buffer would be lost, and its offset committed. */
function say(line: string): void {
  const bytes = Buffer.from(line)
  for (let written = 0; written < bytes.length;) {
    try {
      written += writeSync(1, bytes, written)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error
    }
  }
}

async function produce(topic = '', codec = 'none', corpus = ''): Promise<void> {
  await using producer = kafka.producer({ 'compression.type': codec })
  for (const line of readFileSync(corpus, 'utf8').trimEnd().split('\n')) {
    const [key = null, value = null, ...rest] = line.split(' ').map(unhex)
    const headers = Array.from({ length: rest.length / 2 }, (_, i) => [rest[2 * i]?.toString() ?? '', rest[2 * i + 1] ?? null] as const)
    void producer.send(topic, { key, value, headers })
  }
  await producer.flush()
}

async function consume(topic = '', count = ''): Promise<void> {
  await using consumer = kafka.consumer({ autoOffsetReset: 'earliest' })
  await using producer = kafka.producer()
  consumer.assign(await producer.partitionsFor(topic))
  const lines: string[] = []
  for await (const { partition, offset, key, value, headers } of consumer.records()) {
    lines.push(
      [
        partition,
        offset,
        tohex(key),
        tohex(value),
        ...[...headers].flatMap(([name, content]) => [tohex(Buffer.from(name)), tohex(content)]),
      ].join(' '),
    )
    if (lines.length === Number(count)) break
  }
  say(`${lines.join('\n')}\n`)
}

async function member(groupId = '', topic = ''): Promise<void> {
  const consumer = kafka.consumer({
    groupId,
    groupProtocol: 'classic',
    autoOffsetReset: 'earliest',
    sessionTimeoutMs: 6000,
    heartbeatIntervalMs: 500,
    autoCommitIntervalMs: 100,
  })
  consumer.subscribe([topic])
  for await (const { partition, offset } of consumer.records()) say(`${partition} ${offset}\n`)
}

if (command === 'produce') await produce(...args)
else if (command === 'consume') await consume(...args)
else await member(...args)
await kafka.close()
