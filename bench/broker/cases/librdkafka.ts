import { execFileSync, spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LoadResult } from '../../load/load.ts'
import { monotonicSeconds } from '../../measure/process.ts'
import { pageCache } from '../bench-case.ts'
import type { Goal, LoadCase } from '../bench-case.ts'
import { throughput, underLoad } from '../measured.ts'

interface Shape {
  readonly name: string
  readonly recordBytes: number
  readonly codec: string
  readonly goals: Readonly<Record<string, Goal>>
}

const shown = ['recordsPerSecond', 'megabytesPerSecond', 'cpuPerGigabyte', 'cpuPerMillionRecords', 'loadCores'] as const

/** A client of somebody else: kcat, which is librdkafka, produces a file of lines. The bytes counted are those of the lines. */
export const librdkafkaCases: readonly LoadCase[] = [
  { name: 'librdkafka-100b', recordBytes: 100, codec: 'none', goals: { cpuPerGigabyte: { atMost: 0.6 } } },
  { name: 'librdkafka-1k', recordBytes: 1000, codec: 'none', goals: { cpuPerGigabyte: { atMost: 0.6 } } },
  { name: 'librdkafka-100b-zstd', recordBytes: 100, codec: 'zstd', goals: { cpuPerMillionRecords: { atMost: 0.2 } } },
].map(librdkafkaCase)

function librdkafkaCase({ name, recordBytes, codec, goals }: Shape): LoadCase {
  return {
    kind: 'load',
    name,
    question: `librdkafka produces ${recordBytes} B records to 6 partitions, acks=all, compression ${codec}, page cache on both sides`,
    shows: Object.fromEntries(shown.map((metric) => [metric, goals[metric]])),
    settings: pageCache,
    impossible: () => (hasKcat() ? undefined : 'kcat is not installed (Debian: apt-get install kcat)'),
    async run({ broker, load, seconds, topic, directory }) {
      // About as much as Apache takes in the time asked for.
      const records = Math.ceil((seconds * 30_000_000) / (recordBytes + 60))
      const file = linesIn(directory, recordBytes, records)
      await load.run('topics', { port: broker.port, prefix: topic, partitions: 6 })
      const { result, cost } = await underLoad(broker, () => kcat(broker.port, topic, file, codec, records, recordBytes))
      await load.run('topics', { port: broker.port, prefix: topic, action: 'delete' })
      return throughput(result, cost)
    },
  }
}

async function kcat(port: number, topic: string, file: string, codec: string, records: number, recordBytes: number): Promise<LoadResult> {
  const words = ['-P', '-b', `127.0.0.1:${port}`, '-t', topic, '-l', file, '-X', 'acks=all', '-X', `compression.codec=${codec}`]
  const began = monotonicSeconds()
  // The shell tells what its children took; Node does not.
  const child = spawn('bash', ['-c', 'kcat "$@" && times', 'bash', ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.on('data', (text: Buffer) => (said += text.toString()))
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve))
  const seconds = monotonicSeconds() - began
  if (status !== 0) throw new Error(`kcat ended with status ${status}`)
  const numbers = { records, requests: records, bytes: records * recordBytes, seconds, loadCpu: childrenSeconds(said) }
  return { numbers, distributions: {} }
}

/** The second line of bash's `times`: user and system time of children, as `1m2.345s`. */
function childrenSeconds(times: string): number {
  const [, children = ''] = times.trim().split('\n')
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0)
}

function linesIn(directory: string, recordBytes: number, records: number): string {
  const file = join(directory, `lines-${recordBytes}-${records}`)
  if (!existsSync(file)) writeFileSync(file, `${'x'.repeat(recordBytes)}\n`.repeat(records))
  return file
}

function hasKcat(): boolean {
  try {
    execFileSync('kcat', ['-V'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
