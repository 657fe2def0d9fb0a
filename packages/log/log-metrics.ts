import { declareGauge, declareSummary } from '@odradek/common/metrics'
import type { Distribution, MetricsRegistry } from '@odradek/common/metrics'
import type { Log } from './log.ts'

const perLog = { labels: ['topic', 'partition'] } as const

const size = declareGauge({
  ...perLog,
  name: 'kafka_log_log_size',
  jmx: 'kafka.log:type=Log,name=Size',
  help: 'Bytes of a partition on disk.',
})
const logStartOffset = declareGauge({
  ...perLog,
  name: 'kafka_log_log_logstartoffset',
  jmx: 'kafka.log:type=Log,name=LogStartOffset',
  help: 'First offset of a partition that can be read.',
})
const logEndOffset = declareGauge({
  ...perLog,
  name: 'kafka_log_log_logendoffset',
  jmx: 'kafka.log:type=Log,name=LogEndOffset',
  help: 'Offset that the next record of a partition gets.',
})
const segments = declareGauge({
  ...perLog,
  name: 'kafka_log_log_numlogsegments',
  jmx: 'kafka.log:type=Log,name=NumLogSegments',
  help: 'Segments of a partition.',
})
const offlineDirectories = declareGauge({
  name: 'kafka_log_logmanager_offlinelogdirectorycount',
  jmx: 'kafka.log:type=LogManager,name=OfflineLogDirectoryCount',
  help: 'Data directories that are out of use since their disk failed.',
})
const fullDirectories = declareGauge({
  name: 'odradek_log_full_directories',
  help: 'Data directories that take no appends since their disk is full.',
})
const flushes = declareSummary({
  name: 'kafka_log_logflushstats_logflushrateandtimems',
  jmx: 'kafka.log:type=LogFlushStats,name=LogFlushRateAndTimeMs',
  help: 'Milliseconds that a flush round took, and how many there were.',
})
const tailBytes = declareGauge({ name: 'odradek_log_tail_cache_bytes', help: 'Memory that holds the ends of all logs.' })
const pinnedBytes = declareGauge({
  name: 'odradek_log_pinned_bytes',
  help: 'Memory that left the ends of the logs, and that answers on their way to consumers still need.',
})
const producers = declareGauge({
  name: 'kafka_server_replicamanager_produceridcount',
  jmx: 'kafka.server:type=ReplicaManager,name=ProducerIdCount',
  help: 'Idempotent producers that the partitions remember.',
})
const openFiles = declareGauge({ name: 'odradek_log_open_files', help: 'Files of logs that are open.' })

/** All metrics that this file declares. */
export const logMetrics = [
  size,
  logStartOffset,
  logEndOffset,
  segments,
  offlineDirectories,
  fullDirectories,
  flushes,
  tailBytes,
  pinnedBytes,
  producers,
  openFiles,
]

/** What the metrics ask of a log directory. */
export interface MeasuredDirectory {
  logs(): Iterable<Log & { readonly producerCount: number }>
  readonly isOffline: boolean
  readonly isFull: boolean
  readonly tailBytes: number
  readonly pinnedBytes: number
  readonly openFiles: number
}

/** The metrics of all log directories of a broker together. */
export class LogMetrics {
  readonly #directories: MeasuredDirectory[] = []
  readonly #flushes: Distribution

  constructor(registry: MetricsRegistry) {
    this.#flushes = registry.distribution(flushes).of()
    const ofLogs = (declaration: typeof size, value: (log: Log) => number): void =>
      registry.observe(declaration, (report) => {
        for (const log of this.#logs()) report(value(log), log.topic, String(log.partition))
      })
    const sum = (declaration: typeof tailBytes, value: (directory: MeasuredDirectory) => number): void =>
      registry.observe(declaration, (report) => report(this.#directories.reduce((total, directory) => total + value(directory), 0)))
    ofLogs(size, (log) => log.sizeInBytes())
    ofLogs(logStartOffset, (log) => log.startOffset)
    ofLogs(logEndOffset, (log) => log.endOffset)
    ofLogs(segments, (log) => log.segmentCount())
    sum(offlineDirectories, ({ isOffline }) => (isOffline ? 1 : 0))
    sum(fullDirectories, ({ isFull }) => (isFull ? 1 : 0))
    sum(tailBytes, (directory) => directory.tailBytes)
    sum(pinnedBytes, (directory) => directory.pinnedBytes)
    sum(openFiles, (directory) => directory.openFiles)
    registry.observe(producers, (report) => {
      let count = 0
      for (const log of this.#logs()) count += log.producerCount
      report(count)
    })
  }

  /** Looks at this directory too from now on. */
  add(directory: MeasuredDirectory): void {
    this.#directories.push(directory)
  }

  flushed(durationMs: number): void {
    this.#flushes.observe(durationMs)
  }

  *#logs(): Iterable<Log & { readonly producerCount: number }> {
    for (const directory of this.#directories) yield* directory.logs()
  }
}
