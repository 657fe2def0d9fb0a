import { appendFileSync, mkdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pageCache } from '../broker/bench-case.ts'
import { apacheKafka } from '../contenders/apache-kafka.ts'
import type { Contender, RunningBroker } from '../contenders/contender.ts'
import { odradek } from '../contenders/odradek.ts'
import { Load } from '../load/load.ts'
import { describeMachine } from '../measure/machine.ts'
import { watchNeighbours } from '../measure/neighbours.ts'
import { useOf } from '../measure/process.ts'
import { clientCases } from './cases.ts'
import type { ClientCase } from './cases.ts'
import type { Job } from './job.ts'
import { findPeers } from './peers.ts'
import type { Peer } from './peers.ts'
import { clientTable } from './table.ts'
import type { ClientRun } from './table.ts'

const help = `npm run bench -- client [options]

  --case NAME       only cases with this in their name; may be repeated
  --peer NAME       only these clients beside ours; may be repeated
  --broker WHO      odradek or apache-kafka; both unless given
  --rounds N        each client once a round, in turn, forwards and backwards (default 3)
  --seconds S       length of one measured run (default 3); a warm-up of a second comes before it
  --quick           one short round: to see that it works, not to quote
  --port P          our broker listens here, Apache's on P + 10 (default 29292)
  --list            say which cases and clients there are
  --json FILE       add the line of JSON to this file too
`
const partitions = 12

/** Our client beside others against the same broker. Prints a table for each case and, last, everything as JSON. Returns the exit status. */
export async function benchClient(words: readonly string[]): Promise<number> {
  const args = parse(words)
  const { peers, missing } = findPeers()
  const chosenPeers = peers.filter(({ name }) => name === 'odradek' || args.peers.length === 0 || args.peers.includes(name))
  const chosen = clientCases.filter(({ name }) => args.cases.length === 0 || args.cases.some((part) => name.includes(part)))
  if (args.help) return say(help)
  if (args.list)
    return say(
      [...clientCases.map(({ name, question }) => `${name.padEnd(24)} ${question}`), '', ...peers.map(({ name }) => name)].join('\n'),
    )
  if (chosen.length === 0) throw new Error(`no case has ${args.cases.join(' or ')} in its name; see --list`)

  const directory = join(tmpdir(), `odradek-bench-client-${process.pid}`)
  mkdirSync(directory, { recursive: true })
  const machine = describeMachine(directory)
  say(
    `${chosenPeers.map(({ name, version }) => `${name} ${version}`).join(', ')} on ${machine.cores} × ${machine.processor}, Node ${process.version}`,
  )
  for (const line of missing) say(`left out: ${line}`)
  const load = new Load()
  const results: { readonly broker: string; readonly case: string; readonly runs: readonly ClientRun[] }[] = []
  let failed = false
  try {
    for (const contender of contenders(args.broker)) {
      const broker = await contender.start({
        port: contender.name === 'odradek' ? args.port : args.port + 10,
        directory: join(directory, contender.name),
        settings: pageCache[contender.name],
        awaitReady: true,
      })
      try {
        const stage = new Stage(broker, load, args)
        for (const asked of chosen) {
          const runs = await stage.run(asked, chosenPeers)
          failed ||= runs.some(({ failure }) => failure !== undefined)
          results.push({ broker: contender.name, case: asked.name, runs })
          say(clientTable(`${contender.name} ${contender.version}`, asked, runs).join('\n'))
        }
      } finally {
        await broker.stop()
      }
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
  const versions = Object.fromEntries(chosenPeers.map(({ name, version }) => [name, version]))
  const line = JSON.stringify({ bench: 'client', at: new Date().toISOString(), versions, machine, ...args, partitions, results })
  say(`\n${line}`)
  if (args.json !== undefined) appendFileSync(args.json, `${line}\n`)
  return failed ? 1 : 0
}

/** One broker, with topics filled once for all who read. */
class Stage {
  readonly #broker: RunningBroker
  readonly #load: Load
  readonly #arguments: Arguments
  readonly #filled = new Map<number, { readonly topic: string; readonly records: number }>()
  #names = 0

  constructor(broker: RunningBroker, load: Load, args: Arguments) {
    this.#broker = broker
    this.#load = load
    this.#arguments = args
  }

  async run(asked: ClientCase, peers: readonly Peer[]): Promise<readonly ClientRun[]> {
    const able = peers.filter((peer) => peer.can(asked.job.kind) && asked.peers?.includes(peer.name) !== false)
    const runs: ClientRun[] = []
    await this.#warmBroker(asked)
    for (let round = 0; round < this.#arguments.rounds; round++) {
      for (const peer of round % 2 === 0 ? able : able.toReversed()) runs.push(await this.#one(asked, peer, round))
    }
    return runs
  }

  async #one(asked: ClientCase, peer: Peer, round: number): Promise<ClientRun> {
    const job = await this.#jobOf(asked)
    const neighbours = watchNeighbours()
    const before = useOf(this.#broker.pid).cpuSeconds
    try {
      const figures = await peer.run(job)
      const brokerCpu = useOf(this.#broker.pid).cpuSeconds - before
      const warmUpShare = (job.seconds + job.warmUpSeconds) / job.seconds
      return { peer: peer.name, round, figures, brokerCpu, neighbours: neighbours(brokerCpu + figures.cpuSeconds * warmUpShare) }
    } catch (error) {
      return { peer: peer.name, round, failure: error instanceof Error ? error.message : String(error) }
    } finally {
      if (!asked.job.kind.startsWith('consume'))
        await this.#load.run('topics', { port: this.#broker.port, prefix: job.topic, action: 'delete' })
    }
  }

  /** A JVM needs load before it is worth measuring against; ten seconds once, a second for each case. */
  async #warmBroker(asked: ClientCase): Promise<void> {
    if (this.#arguments.quick || this.#names > 0) return
    const topic = await this.#newTopic()
    await this.#load.run('produce', {
      port: this.#broker.port,
      topic,
      record: asked.job.recordBytes,
      batch: 16_000,
      partitions,
      connections: 2,
      seconds: this.#broker.warmUpSeconds,
    })
    await this.#load.run('topics', { port: this.#broker.port, prefix: topic, action: 'delete' })
  }

  async #jobOf({ job }: ClientCase): Promise<Job> {
    const { seconds, quick } = this.#arguments
    const place = job.kind.startsWith('consume') ? await this.#filledWith(job.recordBytes) : { topic: await this.#newTopic(), records: 0 }
    return {
      tasks: 1,
      rate: 0,
      batchBytes: 0,
      ...job,
      ...place,
      bootstrap: `127.0.0.1:${this.#broker.port}`,
      partitions,
      seconds,
      warmUpSeconds: quick ? 0.3 : 1,
    }
  }

  /** Enough for the fastest client, and the same for all. */
  async #filledWith(recordBytes: number): Promise<{ readonly topic: string; readonly records: number }> {
    const known = this.#filled.get(recordBytes)
    if (known !== undefined) return known
    const topic = await this.#newTopic()
    const { numbers } = await this.#load.run('produce', {
      port: this.#broker.port,
      topic,
      record: recordBytes,
      batch: 16_000,
      partitions,
      connections: 2,
      seconds: this.#arguments.quick ? 2 : 6,
    })
    const filled = { topic, records: numbers['records'] ?? 0 }
    this.#filled.set(recordBytes, filled)
    return filled
  }

  async #newTopic(): Promise<string> {
    const topic = `bench-client-${++this.#names}`
    await this.#load.run('topics', { port: this.#broker.port, prefix: topic, partitions })
    return topic
  }
}

function contenders(broker: string | undefined): readonly Contender[] {
  const ours = odradek(undefined)
  if (broker === 'odradek') return [ours]
  const theirs = apacheKafka()
  if ('missing' in theirs) throw new Error(theirs.missing)
  return broker === 'apache-kafka' ? [theirs] : [theirs, ours]
}

interface Arguments {
  readonly cases: readonly string[]
  readonly peers: readonly string[]
  readonly broker: string | undefined
  readonly rounds: number
  readonly seconds: number
  readonly quick: boolean
  readonly port: number
  readonly list: boolean
  readonly help: boolean
  readonly json: string | undefined
}

function parse(words: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...words],
    options: {
      case: { type: 'string', multiple: true, default: [] },
      peer: { type: 'string', multiple: true, default: [] },
      broker: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      port: { type: 'string', default: '29292' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      json: { type: 'string' },
    },
  })
  const { quick } = values
  return {
    cases: values.case,
    peers: values.peer,
    broker: values.broker,
    rounds: Number(values.rounds ?? (quick ? 1 : 3)),
    seconds: Number(values.seconds ?? (quick ? 1 : 3)),
    quick,
    port: Number(values.port),
    list: values.list,
    help: values.help,
    json: values.json,
  }
}

function say(text: string): number {
  process.stdout.write(`${text}\n`)
  return 0
}
