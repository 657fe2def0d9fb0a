import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { Figures, Job, JobKind } from '../job.ts'
import { take } from './foreign.ts'

const kit = join(import.meta.dirname, '../../../tools/peers/apache-kafka')
const jobs: readonly JobKind[] = ['produce', 'consume-batches']

interface Tool {
  readonly name: 'java'
  readonly version: string
  can(kind: JobKind): boolean
  run(job: Job): Promise<Figures>
}

/** Apache's kafka-producer-perf-test and kafka-consumer-perf-test, the start of the JVM included, as people run them. */
export function jvmTool(): Tool | { readonly missing: string } {
  try {
    execFileSync(kit, ['classpath'], { stdio: 'pipe' })
  } catch {
    return { missing: 'java: tools/peers/apache-kafka install' }
  }
  const version = execFileSync(kit, ['version'], { encoding: 'utf8' }).trim()
  return { name: 'java', version, can: (kind) => jobs.includes(kind), run }
}

async function run(job: Job): Promise<Figures> {
  const records = job.kind === 'produce' ? Math.ceil(job.seconds * (job.recordBytes >= 1000 ? 150_000 : 500_000)) : job.records
  const words =
    job.kind === 'produce'
      ? [
          kit,
          'tool',
          'kafka-producer-perf-test',
          '--topic',
          job.topic,
          '--num-records',
          String(records),
          '--record-size',
          String(job.recordBytes),
        ]
          .concat(['--throughput', '-1', '--bootstrap-server', job.bootstrap, '--command-property', 'acks=all'])
          .concat(job.batchBytes > 0 ? ['--command-property', `batch.size=${job.batchBytes}`] : [])
      : [
          kit,
          'tool',
          'kafka-consumer-perf-test',
          '--topic',
          job.topic,
          '--num-records',
          String(records),
          '--bootstrap-server',
          job.bootstrap,
        ].concat(['--timeout', '30000', '--group', `bench-${process.pid}-${job.topic}-${records}`])
  const { seconds, cpuSeconds, residentMegabytes } = await take(words, 180)
  return { records, seconds, cpuSeconds, residentMegabytes }
}
