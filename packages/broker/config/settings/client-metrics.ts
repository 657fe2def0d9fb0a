import { int, list } from '@odradek/common/config'
import { unused } from './unused.ts'

/** A subscription to metrics of clients (KIP-714). */
export const clientMetricsConfig = {
  metrics: list({
    default: [],
    doc: 'What the names of the metrics begin with that clients shall push; `*` is all.',
    unused: unused.telemetry,
  }),
  'interval.ms': int({ default: 300_000, doc: 'How often they shall push them.', unused: unused.telemetry }),
  match: list({
    default: [],
    doc: 'Which clients are meant, as attribute=regular expression: client_id, client_instance_id, client_software_name, client_software_version, client_source_address, client_source_port.',
    unused: unused.telemetry,
  }),
}
