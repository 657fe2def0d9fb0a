import { int, list, long, string } from '@odradek/common/config'
import { unused } from './unused.ts'

/** Metrics of the broker, and those that clients push. */
export const metricsConfig = {
  'metric.reporters': list({
    default: ['org.apache.kafka.common.metrics.JmxReporter'],
    scope: 'cluster-wide',
    doc: 'Classes that are told of metrics. Ours are read over HTTP, in the text format of Prometheus.',
    unused: unused.plugins,
  }),
  'metrics.num.samples': int({ default: 2, atLeast: 1, doc: 'How many samples a metric keeps.', unused: unused.reservoirs }),
  'metrics.sample.window.ms': long({
    default: 30_000,
    atLeast: 1,
    doc: 'What time a sample of a metric covers.',
    unused: unused.reservoirs,
  }),
  'metrics.recording.level': string({ default: 'INFO', doc: 'How detailed metrics are: INFO, DEBUG or TRACE.', unused: unused.reservoirs }),
  'kafka.metrics.reporters': list({ default: [], doc: 'Classes that are told of the metrics of Yammer.', unused: unused.plugins }),
  'kafka.metrics.polling.interval.secs': int({ default: 10, atLeast: 1, doc: 'How often those are told.', unused: unused.plugins }),
  'telemetry.max.bytes': int({
    default: 1_048_576,
    atLeast: 1,
    doc: 'How large the metrics may be that a client pushes at once.',
    unused: unused.telemetry,
  }),
}
