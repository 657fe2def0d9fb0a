/**
 * The matrix of foreign clients: each produces the corpus with every codec it has, each consumes what all others produced,
 * byte for byte and in order, and each runs a group of three of which one member is killed.
 *
 *   npm run compat                            all clients whose runtime is present
 *   npm run compat -- --fast                  the half that CI takes, codecs in turn
 *   npm run compat -- --bootstrap host:port   against that broker instead of one of ours
 *   npm run compat -- kcat kafkajs            only these
 *   npm run compat -- client …                what our own client does, against any broker: odradek-client/run.ts
 *   npm run compat -- kafkajs-compat …        programs for kafkajs with it and with our package: kafkajs-compat/run.ts
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { aiokafka } from './aiokafka/client.ts'
import type { Client, Codec } from './client.ts'
import { confluentKafkaJavascript } from './confluent-kafka-javascript/client.ts'
import { confluentKafkaPython } from './confluent-kafka-python/client.ts'
import { corpus, lineOf } from './corpus.ts'
import { franzGo } from './franz-go/client.ts'
import { java } from './java/client.ts'
import { kafkajs } from './kafkajs/client.ts'
import { kcat } from './kcat/client.ts'
import { librdkafka } from './librdkafka/client.ts'
import { odradek } from './odradek/client.ts'
import { startOurs } from './ours.ts'
import { usePackedClient } from './packed-client.ts'
import { platformatic } from './platformatic/client.ts'

if (process.argv[2] === 'client') {
  const packed = process.argv.indexOf('--client')
  if (packed !== -1) usePackedClient(process.argv.splice(packed, 2)[1] ?? '')
  const { compatClient } = await import('./odradek-client/run.ts')
  process.exit(await compatClient(process.argv.slice(3)))
}
if (process.argv[2] === 'kafkajs-compat') {
  const { compatKafkajs } = await import('./kafkajs-compat/run.ts')
  process.exit(await compatKafkajs(process.argv.slice(3)))
}

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { fast: { type: 'boolean', default: false }, bootstrap: { type: 'string' } },
})
const known: readonly Client[] = [
  java,
  kcat,
  librdkafka,
  confluentKafkaPython,
  aiokafka,
  kafkajs,
  platformatic,
  confluentKafkaJavascript,
  franzGo,
  odradek,
]
const wanted = known.filter((client) =>
  positionals.length === 0 ? !flags.fast || client.fast : positionals.some((name) => client.name.includes(name)),
)

// What is built for the clients is kept between runs; what a run writes is not.
const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'odradek-compat')
mkdirSync(cache, { recursive: true })
const scratch = mkdtempSync(join(tmpdir(), 'odradek-compat-'))
const results: { readonly what: string; readonly failure: string | undefined }[] = []

async function step(what: string, work: () => Promise<void>): Promise<void> {
  const started = performance.now()
  const failure = await work().then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
  results.push({ what, failure })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  process.stdout.write(
    `${failure === undefined ? '  ok  ' : ' FAIL '} ${what} (${seconds} s)${failure === undefined ? '' : `\n       ${failure.replaceAll('\n', '\n       ')}`}\n`,
  )
}

/** A client may be a script with a child of its own: each has a process group, and is killed with it. */
function killTree(child: ChildProcess | undefined): void {
  if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL')
}

/** Runs a client's command to its end; answers the lines that it printed. */
async function run(client: Client, ...args: readonly string[]): Promise<readonly string[]> {
  const [program = '', ...first] = client.program(cache)
  const child = spawn(program, [...first, ...args], { stdio: ['ignore', 'pipe', 'pipe'], cwd: scratch, detached: true })
  const out: Buffer[] = []
  const errors: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
  const timer = setTimeout(() => killTree(child), 60_000)
  const [code, signal] = await new Promise<[number | null, string | null]>((done) => child.on('close', (c, s) => done([c, s])))
  clearTimeout(timer)
  if (code !== 0)
    throw new Error(
      `${args[0] ?? ''} ended with ${code ?? signal}: ${Buffer.concat(errors).toString().trim().split('\n').slice(-4).join('\n')}`,
    )
  return Buffer.concat(out)
    .toString()
    .split('\n')
    .filter((line) => line !== '')
}

const topicOf = (client: Client, codec: Codec): string => `compat-${runId}-${client.name.replaceAll(/[^a-z0-9]+/gi, '-')}-${codec}`
const runId = Date.now().toString(36)

async function produced(bootstrap: string, client: Client, codec: Codec): Promise<void> {
  const file = join(scratch, `${topicOf(client, codec)}.corpus`)
  writeFileSync(file, `${corpus(client.lacks).map(lineOf).join('\n')}\n`)
  await run(client, 'produce', bootstrap, topicOf(client, codec), codec, file)
}

/** Every record once, byte for byte, and in the order in which it was sent within its partition. */
async function consumed(bootstrap: string, by: Client, from: Client, codec: Codec): Promise<void> {
  // Headers are compared by those who can see them, and a null in them only between those who can tell it from an empty one.
  const seen = (line: string): string => {
    const fields = line.split(' ')
    if (by.lacks?.includes('headers') === true) return fields.slice(0, 2).join(' ')
    if (![by, from].some(({ lacks }) => lacks?.includes('null header values') === true)) return line
    return fields.map((field, i) => (i > 2 && i % 2 === 1 && field === '-' ? 'x' : field)).join(' ')
  }
  const sent = corpus(from.lacks).map(lineOf).map(seen)
  const place = new Map(sent.map((line, i) => [line, i]))
  const lines = await run(by, 'consume', bootstrap, topicOf(from, codec), String(sent.length))
  const last = new Map<string, number>()
  const found = new Set<number>()
  for (const line of lines) {
    const [partition = '', , ...rest] = line.split(' ')
    const index = place.get(seen(rest.join(' ')))
    if (index === undefined) throw new Error(`a record that nobody sent: ${line.slice(0, 200)}`)
    if (found.has(index)) throw new Error(`a record twice: ${line.slice(0, 200)}`)
    if (index < (last.get(partition) ?? -1)) throw new Error(`out of order in partition ${partition}: ${line.slice(0, 200)}`)
    found.add(index)
    last.set(partition, index)
  }
  if (found.size !== sent.length) throw new Error(`${found.size} of ${sent.length} records`)
}

/** Three members read one corpus; one is killed; the others read the next one whole. */
async function group(bootstrap: string, client: Client): Promise<void> {
  const topic = `compat-${runId}-group-${client.name.replaceAll(/[^a-z0-9]+/gi, '-')}`
  const file = join(scratch, `${topic}.corpus`)
  const records = corpus(client.lacks).slice(0, 100).map(lineOf)
  writeFileSync(file, `${records.join('\n')}\n`)
  await run(client, 'produce', bootstrap, topic, 'none', file)
  const seen = new Set<string>()
  let changed = (): void => undefined
  const [program = '', ...first] = client.program(cache)
  const members = [1, 2, 3].map((): ChildProcess => {
    const child = spawn(program, [...first, 'member', bootstrap, `group-${topic}`, topic], {
      stdio: ['ignore', 'pipe', 'ignore'],
      cwd: scratch,
      detached: true,
    })
    createInterface({ input: child.stdout }).on('line', (line) => {
      seen.add(line)
      changed()
    })
    return child
  })
  const until = async (count: number): Promise<void> =>
    new Promise((done, failed) => {
      const timer = setTimeout(() => failed(new Error(`${seen.size} of ${count} records after 60 s`)), 60_000)
      changed = () => {
        if (seen.size < count) return
        clearTimeout(timer)
        done()
      }
      changed()
    })
  try {
    await until(records.length)
    killTree(members[1])
    await run(client, 'produce', bootstrap, topic, 'none', file)
    await until(2 * records.length)
  } finally {
    members.forEach(killTree)
  }
}

const ours = flags.bootstrap === undefined ? await startOurs(scratch) : undefined
const bootstrap = flags.bootstrap ?? ours?.bootstrap ?? ''
process.stdout.write(`broker: ${bootstrap}${ours === undefined ? '' : ' (ours, started for this run)'}\n`)

const absent: string[] = []
const present = wanted.filter((client) => {
  const reason = client.prepare(cache)
  if (reason !== undefined) absent.push(`  not run: ${client.name} (${reason})`)
  return reason === undefined
})
// The fast half gives each client one codec besides none, another one to each.
const codecsOf = (client: Client): readonly Codec[] =>
  flags.fast ? [...new Set<Codec>(['none', client.codecs[(1 + known.indexOf(client)) % client.codecs.length] ?? 'none'])] : client.codecs

const topics: { readonly from: Client; readonly codec: Codec }[] = []
for (const client of present) {
  for (const codec of codecsOf(client)) {
    await step(`${client.name} produces, ${codec}`, async () => {
      await produced(bootstrap, client, codec)
      topics.push({ from: client, codec })
    })
  }
}
for (const by of present) {
  for (const { from, codec } of topics.filter(({ codec }) => by.codecs.includes(codec))) {
    await step(`${by.name} consumes what ${from.name} produced, ${codec}`, async () => consumed(bootstrap, by, from, codec))
  }
}
for (const client of present) await step(`${client.name}: a group of three, one killed`, async () => group(bootstrap, client))

await ours?.stop()
rmSync(scratch, { recursive: true, force: true })
const failures = results.filter(({ failure }) => failure !== undefined)
process.stdout.write(`\n${present.map(({ name }) => `  run: ${name}`).join('\n')}\n${absent.join('\n')}${absent.length === 0 ? '' : '\n'}`)
process.stdout.write(`${results.length - failures.length} passed, ${failures.length} failed\n`)
process.exitCode = failures.length === 0 && present.length > 0 ? 0 : 1
