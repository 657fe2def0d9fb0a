import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Figures, Job, JobKind } from '../job.ts'
import { take } from './foreign.ts'

const source = '/usr/share/doc/librdkafka-dev/examples/rdkafka_performance.c'
const jobs: readonly JobKind[] = ['produce', 'consume-records', 'consume-batches']

interface Tool {
  readonly name: 'librdkafka'
  readonly version: string
  can(kind: JobKind): boolean
  run(job: Job): Promise<Figures>
}

/**
 * librdkafka's own performance tool in C, compiled here from the source that Debian's librdkafka-dev brings, against the newest build of
 * the library that is to be had: that of the Python package confluent-kafka, else Debian's.
 */
export function performanceTool(): Tool | { readonly missing: string } {
  if (!existsSync(source)) return { missing: 'librdkafka: apt-get install librdkafka-dev gcc' }
  const program = compiled()
  const version = /librdkafka version (\S+)/.exec(saidBy(program))?.[1] ?? 'unknown'
  return {
    name: 'librdkafka',
    version,
    can: (kind) => jobs.includes(kind),
    run: (job) => (job.kind === 'produce' ? produce(program, job) : consume(program, job)),
  }
}

/** About as many records as it sends in the time asked for. The whole process is counted; its start takes 20 ms. */
async function produce(program: string, job: Job): Promise<Figures> {
  const records = Math.ceil(job.seconds * (job.recordBytes >= 1000 ? 500_000 : 1_200_000))
  const { seconds, cpuSeconds, residentMegabytes } = await take(
    [program, '-P', '-b', job.bootstrap, '-t', job.topic, '-s', String(job.recordBytes), '-c', String(records), '-a', '-1']
      .concat(['-X', 'enable.idempotence=true', '-q'])
      .concat(['-X', 'queue.buffering.max.messages=1000000'])
      .concat(job.batchBytes > 0 ? ['-X', `batch.size=${job.batchBytes}`] : []),
    120,
  )
  return { records, seconds, cpuSeconds, residentMegabytes }
}

async function consume(program: string, job: Job): Promise<Figures> {
  const partitions = Array.from({ length: job.partitions }, (_, partition) => ['-p', String(partition)]).flat()
  const batch = job.kind === 'consume-batches' ? ['-B', '1000'] : []
  const words = [
    program,
    '-C',
    '-b',
    job.bootstrap,
    '-t',
    job.topic,
    '-o',
    'beginning',
    '-c',
    String(job.records),
    '-q',
    ...partitions,
    ...batch,
  ]
  const { seconds, cpuSeconds, residentMegabytes } = await take(words, 120)
  return { records: job.records, seconds, cpuSeconds, residentMegabytes }
}

function compiled(): string {
  const folder = join(homedir(), '.cache', 'odradek-bench')
  mkdirSync(folder, { recursive: true })
  const library = newestLibrary()
  const program = join(folder, `rdkafka_performance-${library === undefined ? 'debian' : 'pypi'}`)
  if (existsSync(program)) return program
  // Its includes are relative to the tree it comes from; ours stand in for the two private headers.
  mkdirSync(join(folder, 'src'), { recursive: true })
  mkdirSync(join(folder, 'examples'), { recursive: true })
  for (const header of ['rd.h', 'rdtime.h']) cpSync(join(import.meta.dirname, 'librdkafka-shim', header), join(folder, 'src', header))
  cpSync(source, join(folder, 'examples/rdkafka_performance.c'))
  const link = library === undefined ? ['-lrdkafka'] : [library, `-Wl,-rpath,${join(library, '..')}`]
  const include = [`-I${join(folder, 'src')}`, '-I/usr/include/librdkafka']
  execFileSync('gcc', ['-O2', '-w', ...include, '-o', program, join(folder, 'examples/rdkafka_performance.c'), ...link, '-lm'])
  return program
}

function newestLibrary(): string | undefined {
  try {
    const find = 'import confluent_kafka, os; print(os.path.dirname(os.path.dirname(confluent_kafka.__file__)))'
    const site = execFileSync('python3', ['-c', find], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
    return globSync(join(site, 'confluent_kafka.libs/librdkafka-*.so*'))[0]
  } catch {
    return undefined
  }
}

function saidBy(program: string): string {
  try {
    return execFileSync('bash', ['-c', '"$0" 2>&1 || true', program], { encoding: 'utf8' })
  } catch {
    return ''
  }
}
