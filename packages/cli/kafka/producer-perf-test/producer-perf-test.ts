import { systemRandom } from '@odradek/common/random'
import { systemClock } from '@odradek/common/time'
import type { Terminal } from '../../terminal.ts'
import { checkBootstrap } from '../bootstrap.ts'
import { clientsOf } from '../clients.ts'
import { javaTrace } from '../java-trace.ts'
import { showRefusal } from '../options/argparse.ts'
import { sayRenamed } from '../options/renamed.ts'
import { metricsTable } from '../performance/metrics-table.ts'
import { Throttle } from '../performance/throttle.ts'
import type { Tool } from '../tool.ts'
import { parser } from './options.ts'
import type { Options } from './options.ts'
import { drawnFrom, numbers, randomLetters, readPayloads } from './payloads.ts'
import type { Payloads } from './payloads.ts'
import { produceLoad } from './produce-load.ts'
import type { Acknowledged } from './produce-load.ts'
import { check, propertiesOf } from './settings.ts'
import { Stats } from './stats.ts'

/** As in Kafka's tool: the same letters each time. */
const seed = 0

export const tool: Tool = {
  name: 'kafka-producer-perf-test',
  async run(args, terminal) {
    try {
      return await perform(args.length === 0 ? ['--help'] : args, terminal)
    } catch (error) {
      showRefusal(error, terminal)
      return args.length === 0 ? 0 : 1
    }
  },
}

async function perform(args: readonly string[], terminal: Terminal): Promise<number> {
  const say = (line: string): void => void terminal.out(`${line}\n`)
  const options = parser.parse(args)
  check(options)
  const payloads = payloadsOf(options, say)
  if (options['producer-props'] !== undefined) sayRenamed(terminal, 'command', 'producer-props', 'command-property')
  if (options['producer.config'] !== undefined) sayRenamed(terminal, 'command', 'producer.config', 'command-config')
  const { properties, transactions } = propertiesOf(options, systemRandom)
  await checkBootstrap({ terminal, bootstrapServer: properties['bootstrap.servers'] }, 'Failed to construct kafka producer')
  await using kafka = clientsOf({ terminal, properties })
  const transactional = transactions === undefined ? undefined : kafka.producer({ transactionalId: transactions.id })
  const producer = transactional ?? kafka.producer()
  await transactional?.initTransactions()

  const { 'num-records': records, 'warmup-records': warmUp, 'reporting-interval': reportingIntervalMs } = options
  if (warmUp > 0) say(`Warmup first ${warmUp} records. Steady state results will print after the complete test summary.`)
  const stats = new Stats({ records, reportingIntervalMs, clock: systemClock, say })
  let steady: Stats | undefined
  let acknowledged: Acknowledged = (...record) => stats.record(...record)
  const failures = new Failures(terminal)
  await produceLoad({
    producer,
    transactions: transactional === undefined ? undefined : { producer: transactional, durationMs: transactions?.durationMs ?? 0 },
    topic: options.topic,
    records,
    payloads,
    throttle: new Throttle(options.throughput, systemClock.now()),
    clock: systemClock,
    observer: (number) => {
      if (warmUp > 0 && number === warmUp) {
        const after = new Stats({ records: records - warmUp, reportingIntervalMs, clock: systemClock, say, isSteadyState: true })
        steady = after
        stats.hush()
        acknowledged = (...record) => {
          stats.record(...record)
          after.record(...record)
        }
      }
      return acknowledged
    },
    failed: (error) => failures.add(error),
  })
  if (options['print-metrics']) await producer.flush()
  else await producer.close()
  failures.sum()
  stats.sayTotal()
  steady?.sayTotal()
  if (options['print-metrics']) void terminal.out(metricsTable(producer.metrics()))
  await producer.close()
  return 0
}

function payloadsOf(options: Options, say: (line: string) => void): Payloads {
  const { 'record-size': size, 'payload-file': file, 'payload-delimiter': delimiter } = options
  if (size !== undefined) return randomLetters(size, seed)
  return file === undefined ? numbers() : drawnFrom(readPayloads(file, delimiter, say), seed)
}

/** Records that failed: why, once for each reason, and how many. Kafka's tool shows each with a stack trace. */
class Failures {
  readonly #terminal: Terminal
  readonly #said = new Set<string>()
  #count = 0

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  add(error: Error): void {
    this.#count++
    const trace = javaTrace(error)
    if (this.#said.has(trace)) return
    this.#said.add(trace)
    this.#terminal.err(trace)
  }

  sum(): void {
    if (this.#count > 0) this.#terminal.err(`${this.#count} records were not sent.\n`)
  }
}
