import { withoutHelp } from './help-screens.ts'
import type { Seen } from './line.ts'

/** What a line was told of where it happened, and when. */
export interface Circumstances {
  readonly tool: string
  readonly bootstrap: string
  readonly folder: string
  readonly dataFolder: string
  readonly clusterId: string
  readonly now: number
}

/** What a command showed, without all that must differ between two runs of the same: times, ports, ids of members, rates; and without Java's stack traces. */
export function normalised(seen: Seen, circumstances: Circumstances): Seen {
  const { tool } = circumstances
  const out = withoutHelp(withoutChance(tool.startsWith('kafka-verifiable-') ? jsonEvents(seen.out) : seen.out, circumstances))
  return {
    code: seen.code,
    out: ofTool(tool, withoutTraces(out)),
    err: withoutHelp(withoutTraces(withoutRemarks(withoutChance(seen.err, circumstances)))),
  }
}

/** Names instead of what chance or the clock gives. */
export function withoutChance(text: string, { bootstrap, folder, dataFolder, clusterId, now }: Circumstances): string {
  const port = bootstrap.split(':').at(-1) ?? ''
  return text
    .replaceAll(dataFolder, '$DATA')
    .replaceAll(folder, '$FOLDER')
    .replaceAll(bootstrap, '$BROKER')
    .replaceAll(clusterId, '$CLUSTER')
    .replaceAll(new RegExp(String.raw`\b${port}\b`, 'g'), '$PORT')
    .replaceAll(/\b4\.3\.1 \([^)]*\)/g, '4.3.1 ($BUILD)')
    .replaceAll(/\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b/gi, '$UUID')
    .replaceAll(/\bEpoch: \d+$/gm, 'Epoch: $$N')
    .replaceAll(/\b(directory\.id=)[\w-]{22}/g, '$1$$ID')
    .replaceAll(/(\bTopicId: |"topicId":")[\w-]{22}/g, '$1$$ID')
    .replaceAll(/\b(console-consumer|perf-consumer)-\d{1,5}\b/g, '$1-$$N')
    .replaceAll(/(?:Timed out waiting for a node assignment\. Call: |\bCall\(callName=)(\w+).*/g, '$1: timed out')
    .replaceAll(/(?<=Valid (?:states|types) are: ).*/g, (names) => names.split(', ').toSorted().join(', '))
    .replaceAll(/(?<=of these options: |following options: |following scenarios: ).*/g, (names) =>
      (names.match(/\[[\w-]+\]/g) ?? []).toSorted().join(', '),
    )
    .replaceAll(/(?<=Option combination ")(.*)(?=" can't be used)/g, (names) => (names.match(/[\w-]+/g) ?? []).toSorted().join(', '))
    .replaceAll(/(?<=[\w;])@[\da-f]{4,8}\b/g, '@$HASH')
    .replaceAll(/\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[.,:]\d{3}/g, (time) => (isNow(Date.parse(isoOf(time)), now) ? '$TIME' : time))
    .replaceAll(/\b\d{13}\b/g, (time) => (isNow(Number(time), now) ? '$MS' : time))
}

/** Tools print in the time of this place; a day more or less is as good as now. */
function isNow(time: number, now: number): boolean {
  return Math.abs(time - now) < 36 * 3_600_000
}

function isoOf(time: string): string {
  return `${time.slice(0, 10)}T${time.slice(11, 19)}.${time.slice(20)}Z`
}

/** What is logged below an error is nobody's business, nor what the insides of Java's clients log. */
export function withoutRemarks(text: string): string {
  return text.replaceAll(logged, (_, level: string, logger: string, trace: string) => {
    const isInside = /^org\.apache\.kafka\.(?:clients|common)\.|^odradek\.client$/.test(logger)
    if (level === 'ERROR' && !isInside) return _
    // A tool may print an error by itself right behind a line of the log; only these log errors in whole.
    return logger.startsWith('org.apache.kafka.common.') ? '' : trace
  })
}

/** A line of log4j's, which may be several, and the stack trace that may follow it. */
const logged =
  /^\[\$TIME\] (WARN|INFO|DEBUG|ERROR) (?:(?!^\[\$TIME\] )[^])*? \(([\w.$]+)\)\n((?:[\w.$]+(?:Exception|Error)\b.*\n(?=\tat |Caused by: ))?(?:\tat .*\n|\t\.\.\. .*\n|Caused by: .*\n)*)/gm

/** Of a stack trace of Java's the first line stays. */
export function withoutTraces(text: string): string {
  return text.replaceAll(/^(?:\s+at \S.*|\t\.\.\. \d+ more|\s*(?:Caused by|Suppressed): .*)\n?/gm, '')
}

const ofTool = (tool: string, text: string): string => {
  if (tool === 'kafka-producer-perf-test') return text.replaceAll(/\d+(?:\.\d+)?(?= (?:records\/sec|MB\/sec|ms ))/g, '$N')
  if (tool === 'kafka-consumer-perf-test') return consumerRates(text)
  if (tool === 'kafka-e2e-latency') return text.replaceAll(/(?<=[\t=] ?|: )\d+(?:\.\d+)?\b/g, '$N')
  if (tool === 'kafka-storage') return text.replace(/^[\w-]{22}$/m, '$$ID')
  if (tool === 'kafka-log-dirs') return text.replaceAll(/^\{.*\}$/gm, logDirs)
  return text
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/** Events of verifiable clients, their properties by name. */
export function jsonEvents(text: string): string {
  return text.replaceAll(/^\{.*\}$/gm, (one) => {
    const event: Record<string, Json> = JSON.parse(one)
    event['timestamp'] = '$MS'
    if ('avg_throughput' in event) event['avg_throughput'] = '$N'
    return JSON.stringify(sorted(event))
  })
}

function sorted(value: Json): Json {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((each: Json) => sorted(each))
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, each]) => [name, sorted(each)]),
  )
}

/** `start.time, end.time, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, …`: what was consumed stays. */
function consumerRates(text: string): string {
  return text.replaceAll(/^(\$TIME, \$TIME, [\d.]+), [\d.]+, (\d+), .*$/gm, '$1, $$N, $2, …')
}

interface LogDirs {
  readonly brokers: readonly {
    readonly logDirs: readonly { readonly partitions: readonly { readonly partition: string; readonly size: number }[] }[]
  }[]
}

/** Partitions by name; Kafka's own have sizes of their own. */
function logDirs(text: string): string {
  const { brokers, ...rest }: LogDirs & Record<string, Json> = JSON.parse(text)
  const plain = brokers.map((broker) => ({
    ...broker,
    logDirs: broker.logDirs.map((dir) => ({
      ...dir,
      partitions: dir.partitions
        .map((each) => (each.partition.startsWith('__') ? { ...each, size: 0 } : each))
        .toSorted((one, other) => (one.partition < other.partition ? -1 : 1)),
    })),
  }))
  return JSON.stringify(sorted({ ...rest, brokers: plain }), undefined, 1)
}
