/**
 * Real input through foreign clients: the flights of `vega-datasets`, produced keyed by one client, consumed by a group of three of
 * another of which one is killed, and the counts per key equal the file's.
 *
 *   node test/flights/run.ts [--bootstrap host:port]
 *
 * flights-20k.json has airports (20,000 flights keyed by origin). flights-200k.json has ten times as many, but no airports:
 * its flights are keyed by distance.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import type { Client } from '../compat/client.ts'
import { confluentKafkaPython } from '../compat/confluent-kafka-python/client.ts'
import { lineOf } from '../compat/corpus.ts'
import { kafkajs } from '../compat/kafkajs/client.ts'
import { librdkafka } from '../compat/librdkafka/client.ts'
import { startOurs } from '../compat/ours.ts'
import { platformatic } from '../compat/platformatic/client.ts'

const { values: flags } = parseArgs({ options: { bootstrap: { type: 'string' } } })
const data = new URL('../../node_modules/vega-datasets/data/', import.meta.url).pathname
const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'odradek-compat')
mkdirSync(cache, { recursive: true })
const scratch = mkdtempSync(join(tmpdir(), 'odradek-flights-'))

interface Flight {
  readonly origin?: string
  readonly distance: number
}

const ended = async (child: ChildProcess): Promise<number | null> => new Promise((done) => child.on('close', done))
const start = (client: Client, ...args: readonly string[]): ChildProcess => {
  const [program = '', ...first] = client.program(cache)
  return spawn(program, [...first, ...args], { stdio: ['ignore', 'pipe', 'inherit'], cwd: scratch, detached: true })
}
const killTree = (child: ChildProcess | undefined): void => {
  if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL')
}

/** Counts per key are taken from the log itself by the consumer that reads it all, and from the group by the offsets it saw. */
async function flights(
  bootstrap: string,
  file: string,
  keyOf: (flight: Flight) => string,
  producer: Client,
  consumer: Client,
): Promise<void> {
  const records: readonly Flight[] = JSON.parse(readFileSync(join(data, file), 'utf8'))
  const expected = new Map<string, number>()
  const lines = records.map((flight) => {
    const key = keyOf(flight)
    expected.set(key, (expected.get(key) ?? 0) + 1)
    return lineOf({ key: Buffer.from(key), value: Buffer.from(JSON.stringify(flight)), headers: [] })
  })
  const corpusFile = join(scratch, `${file}.corpus`)
  writeFileSync(corpusFile, `${lines.join('\n')}\n`)
  const topic = `flights-${producer.name}-${file}-${process.pid}`.replaceAll(/[^\w-]+/g, '-')

  const seen = new Set<string>()
  let moved = (): void => undefined
  const sending = start(producer, 'produce', bootstrap, topic, 'gzip', corpusFile)
  if ((await ended(sending)) !== 0) throw new Error(`${producer.name} could not produce ${file}`)
  const members = [1, 2, 3].map(() => {
    const member = start(consumer, 'member', bootstrap, `group-${topic}`, topic)
    if (member.stdout !== null) {
      createInterface({ input: member.stdout }).on('line', (line) => {
        seen.add(line)
        moved()
      })
    }
    return member
  })
  const until = async (count: number): Promise<void> =>
    new Promise((done, failed) => {
      const timer = setTimeout(() => failed(new Error(`${consumer.name}: ${seen.size} of ${count} after 120 s`)), 120_000)
      moved = () => {
        if (seen.size < count) return
        clearTimeout(timer)
        done()
      }
      moved()
    })
  try {
    await until(Math.floor(records.length / 10))
    killTree(members[0])
    await until(records.length)
  } finally {
    members.forEach(killTree)
  }

  const reading = start(consumer, 'consume', bootstrap, topic, String(records.length))
  const counted = new Map<string, number>()
  const places = new Set<string>()
  if (reading.stdout !== null) {
    createInterface({ input: reading.stdout }).on('line', (line) => {
      const [partition = '', offset = '', key = ''] = line.split(' ')
      const name = Buffer.from(key.slice(1), 'hex').toString()
      counted.set(name, (counted.get(name) ?? 0) + 1)
      places.add(`${partition} ${offset}`)
    })
  }
  if ((await ended(reading)) !== 0) throw new Error(`${consumer.name} could not read ${topic}`)
  for (const [key, count] of expected) {
    if (counted.get(key) !== count) throw new Error(`${file}: ${key} has ${count} flights, read ${counted.get(key) ?? 0}`)
  }
  for (const place of places) if (!seen.has(place)) throw new Error(`the group missed the record at ${place}`)
  process.stdout.write(
    `  ok   ${file}: ${records.length} flights, ${expected.size} keys; ${producer.name} to a group of three of ${consumer.name}, one killed\n`,
  )
}

const ours = flags.bootstrap === undefined ? await startOurs(scratch, ['num.partitions=6']) : undefined
const bootstrap = flags.bootstrap ?? ours?.bootstrap ?? ''
const runs: readonly (readonly [string, (flight: Flight) => string, Client, Client])[] = [
  ['flights-20k.json', ({ origin }) => origin ?? '', confluentKafkaPython, librdkafka],
  ['flights-200k.json', ({ distance }) => String(distance), librdkafka, confluentKafkaPython],
  ['flights-20k.json', ({ origin }) => origin ?? '', platformatic, kafkajs],
]
let [passed, failed] = [0, 0]
for (const [file, keyOf, producer, consumer] of runs) {
  const missing = producer.prepare(cache) ?? consumer.prepare(cache)
  if (missing !== undefined) {
    process.stdout.write(`  not run: ${file} from ${producer.name} to ${consumer.name} (${missing})\n`)
    continue
  }
  try {
    await flights(bootstrap, file, keyOf, producer, consumer)
    passed++
  } catch (error) {
    failed++
    process.stdout.write(` FAIL  ${error instanceof Error ? error.message : String(error)}\n`)
  }
}
await ours?.stop()
rmSync(scratch, { recursive: true, force: true })
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1
