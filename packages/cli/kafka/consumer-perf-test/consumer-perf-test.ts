import { systemRandom } from '@odradek/common/random'
import { systemClock } from '@odradek/common/time'
import type { Terminal } from '../../terminal.ts'
import { checkBootstrap } from '../bootstrap.ts'
import { clientsOf, propertiesFile } from '../clients.ts'
import { dateFormat } from '../java-date-format.ts'
import { illegalArgument, JavaError } from '../java-error.ts'
import { keyValues } from '../options/key-values.ts'
import { metricsTable } from '../performance/metrics-table.ts'
import { orSayFailure } from '../say-failure.ts'
import type { Tool } from '../tool.ts'
import { consumeLoad } from './consume-load.ts'
import { JoinTime } from './join-time.ts'
import { readOptions } from './options.ts'
import type { PerfOptions } from './options.ts'
import { header, total } from './report.ts'

export const tool: Tool = {
  name: 'kafka-consumer-perf-test',
  async run(args, terminal) {
    const options = readOptions(args, terminal, `perf-consumer-${systemRandom.nextInt(100_000)}`)
    return orSayFailure(terminal, () => perform(options, terminal))
  },
}

async function perform(options: PerfOptions, terminal: Terminal): Promise<number> {
  const say = (line: string): void => void terminal.out(`${line}\n`)
  const isDetailed = options.has('show-detailed-stats')
  if (!options.has('hide-header')) say(header(isDetailed))
  const properties = propertiesOf(options)
  await checkBootstrap({ terminal, bootstrapServer: properties['bootstrap.servers'] }, 'Failed to construct kafka consumer')
  await using kafka = clientsOf({ terminal, properties })
  const consumer = kafka.consumer()
  const load = {
    records: options.number('messages') ?? options.number('num-records') ?? 0,
    timeoutMs: options.number('timeout') ?? 0,
    reportingIntervalMs: reportingInterval(options),
    date: dateFormat(options.value('date-format') ?? ''),
    joinTime: new JoinTime(systemClock),
  }
  consumer.subscribe(topicsOf(options), load.joinTime)
  const reading = await consumeLoad({ ...load, consumer, report: isDetailed ? say : undefined, clock: systemClock })
  if (reading.records < load.records) {
    const warning = `WARNING: Exiting before consuming the expected number of records: timeout (${load.timeoutMs} ms) exceeded.`
    say(`${warning} You can use the --timeout option to increase the timeout.`)
  }
  if (!isDetailed) say(total(reading, load.date))
  if (options.has('print-metrics')) void terminal.out(metricsTable(consumer.metrics()))
  // Java's consumer takes all that a poll gave for processed when it closes.
  if (properties['enable.auto.commit'] !== 'false') await consumer.commit()
  return 0
}

/** From the file, single properties and options; the later ones win. */
function propertiesOf(options: PerfOptions): Readonly<Record<string, string>> {
  const file = options.value('consumer.config') ?? options.value('command-config')
  return {
    'client.id': 'perf-consumer-client',
    ...(file === undefined ? {} : propertiesFile(file)),
    ...keyValues(options.values('command-property')),
    'bootstrap.servers': options.value('bootstrap-server') ?? '',
    'group.id': options.value('group') ?? '',
    'receive.buffer.bytes': String(options.number('socket-buffer-size')),
    'max.partition.fetch.bytes': String(options.number('fetch-size')),
    'auto.offset.reset': options.has('from-latest') ? 'latest' : 'earliest',
    'check.crcs': 'false',
  }
}

function topicsOf(options: PerfOptions): readonly string[] | RegExp {
  const topic = options.value('topic')
  if (topic !== undefined) return [topic]
  const pattern = options.value('include') ?? ''
  try {
    return new RegExp(`^(?:${pattern})$`, 'u')
  } catch (error) {
    throw new JavaError('java.util.regex.PatternSyntaxException', `${pattern} is no regular expression`, { cause: error })
  }
}

function reportingInterval(options: PerfOptions): number {
  const interval = options.number('reporting-interval') ?? 0
  if (interval <= 0) throw illegalArgument('Reporting interval must be greater than 0.')
  return interval
}
