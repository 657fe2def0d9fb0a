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

/** Registers the metrics of a log directory; gives the one that has to be told. */
export function registerLogMetrics(registry: MetricsRegistry, directory: MeasuredDirectory): Distribution {
  const ofLogs = (declaration: typeof size, value: (log: Log) => number): void =>
    registry.observe(declaration, (report) => {
      for (const log of directory.logs()) report(value(log), log.topic, String(log.partition))
    })
  ofLogs(size, (log) => log.sizeInBytes())
  ofLogs(logStartOffset, (log) => log.startOffset)
  ofLogs(logEndOffset, (log) => log.endOffset)
  ofLogs(segments, (log) => log.segmentCount())
  registry.observe(offlineDirectories, (report) => report(directory.isOffline ? 1 : 0))
  registry.observe(fullDirectories, (report) => report(directory.isFull ? 1 : 0))
  registry.observe(tailBytes, (report) => report(directory.tailBytes))
  registry.observe(pinnedBytes, (report) => report(directory.pinnedBytes))
  registry.observe(openFiles, (report) => report(directory.openFiles))
  registry.observe(producers, (report) => {
    let count = 0
    for (const log of directory.logs()) count += log.producerCount
    report(count)
  })
  return registry.distribution(flushes).of()
}
