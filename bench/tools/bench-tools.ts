import { appendFileSync, mkdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pageCache } from '../broker/bench-case.ts'
import { take } from '../client/peers/foreign.ts'
import { apacheKafka } from '../contenders/apache-kafka.ts'
import type { RunningBroker } from '../contenders/contender.ts'
import { odradek } from '../contenders/odradek.ts'
import { Load } from '../load/load.ts'
import { describeMachine } from '../measure/machine.ts'
import { watchNeighbours } from '../measure/neighbours.ts'
import { useOf } from '../measure/process.ts'
import { toolCases } from './tool-case.ts'
import type { ToolCase } from './tool-case.ts'
import { toolTable } from './tool-table.ts'
import type { ToolRun, Whose } from './tool-table.ts'

const help = `npm run bench -- tools [options]

  --case NAME       only cases with this in their name; may be repeated
  --broker WHO      odradek or apache-kafka; both unless given
  --rounds N        each tool once a round, ours first in one and last in the next (default 3)
  --ours COMMAND    how to run our tools (default: from the sources); for the built ones 'node dist/packages/kafka-tools/kafka-tool.js'
  --records N       records of a run, where the case has its own number
  --port P          our broker listens here, Apache's on P + 10 (default 29392)
  --list            say which cases there are
  --json FILE       add the line of JSON to this file too
`
const partitions = 12
const kit = join(import.meta.dirname, '../../tools/peers/apache-kafka')
const sources = join(import.meta.dirname, '../../packages/cli/kafka-tool.js')

/** Kafka's performance tools beside ours against the same broker, as people run them: from nothing to the last line. Returns the exit status. */
export async function benchTools(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      case: { type: 'string', multiple: true, default: [] },
      broker: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      ours: { type: 'string', default: `${process.execPath} ${sources}` },
      records: { type: 'string' },
      port: { type: 'string', default: '29392' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      json: { type: 'string' },
    },
  })
  if (values.help) return say(help)
  if (values.list) return say(toolCases.map(({ name, question }) => `${name.padEnd(24)} ${question}`).join('\n'))
  const chosen = toolCases
    .filter(({ name }) => values.case.length === 0 || values.case.some((part) => name.includes(part)))
    .map((each) => ({ ...each, records: Number(values.records ?? each.records) }))
  const theirs = apacheKafka()
  if ('missing' in theirs) throw new Error(theirs.missing)
  const ours = odradek(undefined)
  const directory = join(tmpdir(), `odradek-bench-tools-${process.pid}`)
  mkdirSync(directory, { recursive: true })
  const results: { readonly broker: string; readonly case: string; readonly runs: readonly ToolRun[] }[] = []
  try {
    for (const contender of [theirs, ours].filter(({ name }) => values.broker === undefined || name === values.broker)) {
      const broker = await contender.start({
        port: Number(values.port) + (contender === ours ? 0 : 10),
        directory: join(directory, contender.name),
        // Nobody else joins: without it a broker waits three seconds for others, whoever asks.
        settings: { ...pageCache[contender.name], 'group.initial.rebalance.delay.ms': '0' },
        awaitReady: true,
      })
      try {
        const stage = new Stage(broker, values.ours.split(' '))
        for (const asked of chosen) {
          const runs = await stage.run(asked, Number(values.rounds))
          results.push({ broker: contender.name, case: asked.name, runs })
          say(toolTable(`${contender.name} ${contender.version}`, asked, runs).join('\n'))
        }
      } finally {
        await broker.stop()
      }
    }
    const line = JSON.stringify({
      bench: 'tools',
      at: new Date().toISOString(),
      versions: { 'apache-kafka': theirs.version, odradek: ours.version },
      machine: describeMachine(directory),
      partitions,
      ours: values.ours,
      results,
    })
    say(`\n${line}`)
    if (values.json !== undefined) appendFileSync(values.json, `${line}\n`)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
  return 0
}

/** One broker, and topics on it. */
class Stage {
  readonly #broker: RunningBroker
  readonly #ours: readonly string[]
  readonly #load = new Load()
  readonly #filled = new Map<number, string>()
  #names = 0

  constructor(broker: RunningBroker, ours: readonly string[]) {
    this.#broker = broker
    this.#ours = ours
  }

  async run(asked: ToolCase, rounds: number): Promise<readonly ToolRun[]> {
    if (this.#names === 0) await this.#fill(this.#broker.warmUpSeconds)
    const runs: ToolRun[] = []
    for (let round = 0; round < rounds; round++) {
      const both: readonly Whose[] = ['ours', 'apache']
      for (const whose of round % 2 === 0 ? both : both.toReversed()) runs.push(await this.#one(asked, whose, round))
    }
    return runs
  }

  async #one(asked: ToolCase, whose: Whose, round: number): Promise<ToolRun> {
    const topic = asked.reads ? await this.#filledWith(asked.records) : await this.#newTopic()
    const place = { bootstrap: `127.0.0.1:${this.#broker.port}`, topic, records: asked.records, run: `bench-${whose}-${round}-${topic}` }
    const command = whose === 'ours' ? [...this.#ours, asked.tool] : [kit, 'tool', asked.tool]
    const neighbours = watchNeighbours()
    const before = useOf(this.#broker.pid).cpuSeconds
    const { said, seconds, cpuSeconds, residentMegabytes } = await take([...command, ...asked.args(place)], 180)
    const brokerCpu = useOf(this.#broker.pid).cpuSeconds - before
    if (!asked.reads) await this.#load.run('topics', { port: this.#broker.port, prefix: topic, action: 'delete' })
    const others = neighbours(brokerCpu + cpuSeconds)
    return {
      whose,
      round,
      records: asked.records,
      seconds,
      cpuSeconds,
      brokerCpu,
      residentMegabytes,
      neighbours: others,
      said: figuresOf(said),
    }
  }

  /** As many records as are to be read, and more, since a tool stops where it has enough. */
  async #filledWith(records: number): Promise<string> {
    const known = this.#filled.get(records)
    if (known !== undefined) return known
    for (let seconds = 4; ; seconds *= 2) {
      const { topic, filled } = await this.#fill(seconds)
      if (filled < records) continue
      this.#filled.set(records, topic)
      return topic
    }
  }

  async #fill(seconds: number): Promise<{ readonly topic: string; readonly filled: number }> {
    const topic = await this.#newTopic()
    const { numbers } = await this.#load.run('produce', {
      port: this.#broker.port,
      topic,
      record: 100,
      batch: 16_000,
      partitions,
      connections: 2,
      seconds,
    })
    return { topic, filled: numbers['records'] ?? 0 }
  }

  async #newTopic(): Promise<string> {
    const topic = `bench-tools-${++this.#names}`
    await this.#load.run('topics', { port: this.#broker.port, prefix: topic, partitions })
    return topic
  }
}

/** The tool's own last line of figures; the times of the shell stand behind it. */
function figuresOf(said: string): string {
  return (
    said
      .trim()
      .split('\n')
      .findLast((line) => /records\/sec|, \d+\.\d{4}/.test(line)) ?? ''
  )
}

function say(text: string): number {
  process.stdout.write(`${text}\n`)
  return 0
}
