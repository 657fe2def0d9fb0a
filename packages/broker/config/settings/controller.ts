import { boolean, enumOf, int, list, long, string } from '@odradek/common/config'
import { unused } from './unused.ts'

/** Kafka's Raft quorum and its metadata log. Ours keeps metadata elsewhere, so that all of them are accepted and unused. */
export const controllerConfig = {
  'controller.listener.names': list({
    default: ['CONTROLLER'],
    kafkaDefault: '(required)',
    isNonEmpty: true,
    doc: 'Names of the listeners that belong to the controller. They are left out of what clients are told, and not opened.',
  }),
  'controller.quorum.voters': list({ default: [], doc: 'The controllers of a static quorum, as id@host:port.', unused: unused.quorum }),
  'controller.quorum.bootstrap.servers': list({
    default: [],
    doc: 'Addresses at which the controllers can be found.',
    unused: unused.quorum,
  }),
  'controller.quorum.auto.join.enable': boolean({
    default: false,
    doc: 'Whether a new controller joins the voters by itself.',
    unused: unused.quorum,
  }),
  'controller.quorum.append.linger.ms': int({
    default: 25,
    atLeast: 0,
    doc: 'How long the leader of the quorum collects metadata records before it writes them.',
    unused: unused.quorum,
  }),
  'controller.quorum.election.timeout.ms': int({
    default: 1000,
    atLeast: 0,
    doc: 'How long a voter waits for votes before it calls another election.',
    unused: unused.quorum,
  }),
  'controller.quorum.election.backoff.max.ms': int({
    default: 1000,
    atLeast: 0,
    doc: 'The longest pause before an election is called again.',
    unused: unused.quorum,
  }),
  'controller.quorum.fetch.timeout.ms': int({
    default: 2000,
    atLeast: 0,
    doc: 'How long a voter hears nothing from the leader before it calls an election.',
    unused: unused.quorum,
  }),
  'controller.quorum.fetch.max.bytes': int({
    default: 1_048_576,
    atLeast: 1,
    doc: 'How much of the metadata log one request fetches.',
    unused: unused.quorum,
  }),
  'controller.quorum.fetch.snapshot.max.bytes': int({
    default: 1_048_576,
    atLeast: 1,
    doc: 'How much of a snapshot one request fetches.',
    unused: unused.quorum,
  }),
  'controller.quorum.request.timeout.ms': int({
    default: 2000,
    atLeast: 0,
    doc: 'How long a request within the quorum waits for its answer.',
    unused: unused.quorum,
  }),
  'controller.quorum.retry.backoff.ms': int({
    default: 20,
    atLeast: 0,
    doc: 'The pause before a request within the quorum is sent again.',
    unused: unused.quorum,
  }),
  'controller.socket.timeout.ms': int({
    default: 30_000,
    doc: 'How long a connection to the controller may be silent.',
    unused: unused.quorum,
  }),
  'controller.performance.sample.period.ms': long({
    default: 60_000,
    atLeast: 100,
    isInternal: true,
    doc: 'How often the controller writes down how long its events took.',
    unused: unused.quorum,
  }),
  'controller.performance.always.log.threshold.ms': long({
    default: 2000,
    atLeast: 0,
    isInternal: true,
    doc: 'From what duration on an event of the controller is always written down.',
    unused: unused.quorum,
  }),
  'metadata.log.dir': string({
    default: null,
    doc: 'Where the metadata log is kept; the first of log.dirs when it is not set.',
    unused: unused.quorum,
  }),
  'metadata.log.segment.bytes': int({
    default: 1_073_741_824,
    atLeast: 8_388_608,
    doc: 'Size at which a segment of the metadata log is closed.',
    unused: unused.quorum,
  }),
  'metadata.log.segment.ms': long({
    default: 604_800_000,
    doc: 'Age at which a segment of the metadata log is closed.',
    unused: unused.quorum,
  }),
  'metadata.log.max.record.bytes.between.snapshots': long({
    default: 20_971_520,
    atLeast: 1,
    doc: 'After how many bytes of new metadata a snapshot is written.',
    unused: unused.quorum,
  }),
  'metadata.log.max.snapshot.interval.ms': long({
    default: 3_600_000,
    atLeast: 0,
    doc: 'After what time a snapshot is written, if anything is new; 0 is never.',
    unused: unused.quorum,
  }),
  'metadata.max.idle.interval.ms': int({
    default: 500,
    atLeast: 0,
    doc: 'How often the active controller writes a no-op into a silent metadata log; 0 is never.',
    unused: unused.quorum,
  }),
  'metadata.max.retention.bytes': long({
    default: 104_857_600,
    doc: 'How large the metadata log and its snapshots may be together.',
    unused: unused.quorum,
  }),
  'metadata.max.retention.ms': long({
    default: 604_800_000,
    doc: 'How long parts of the metadata log and old snapshots are kept.',
    unused: unused.quorum,
  }),
  'internal.metadata.log.segment.bytes': int({
    default: null,
    isInternal: true,
    doc: 'As metadata.log.segment.bytes, without its lower bound.',
    unused: unused.quorum,
  }),
  'internal.metadata.max.batch.size.in.bytes': int({
    default: 8_388_608,
    isInternal: true,
    doc: 'The largest batch of the metadata log.',
    unused: unused.quorum,
  }),
  'internal.metadata.delete.delay.millis': long({
    default: 60_000,
    isInternal: true,
    doc: 'How long deleted files of the metadata log stay.',
    unused: unused.quorum,
  }),
  'sasl.mechanism.controller.protocol': string({
    default: 'GSSAPI',
    doc: 'The SASL mechanism between brokers and controllers.',
    unused: unused.quorum,
  }),
  'unclean.leader.election.enable': boolean({
    default: false,
    scope: 'cluster-wide',
    doc: 'Whether a replica that is not in sync may become leader when no other is left. Default of the setting of topics.',
    unused: unused.oneBroker,
  }),
  'unclean.leader.election.interval.ms': long({
    default: 300_000,
    atLeast: 1,
    isInternal: true,
    doc: 'How often the controller looks for partitions that need an unclean election.',
    unused: unused.oneBroker,
  }),
  'auto.leader.rebalance.enable': boolean({
    default: true,
    doc: 'Whether leadership goes back to the preferred replicas by itself.',
    unused: unused.oneBroker,
  }),
  'leader.imbalance.check.interval.seconds': long({
    default: 300,
    atLeast: 1,
    doc: 'How often the controller looks for partitions that their preferred replica does not lead.',
    unused: unused.oneBroker,
  }),
  'controlled.shutdown.enable': boolean({
    default: true,
    doc: 'Whether a broker hands over its partitions before it stops.',
    unused: unused.oneBroker,
  }),
  'delete.topic.enable': boolean({ default: true, doc: 'Whether topics can be deleted.' }),
  'unstable.api.versions.enable': boolean({
    default: false,
    isInternal: true,
    doc: 'Whether versions of APIs that are not finished are announced.',
  }),
  'unstable.feature.versions.enable': boolean({
    default: false,
    isInternal: true,
    doc: 'Whether levels of features that are not finished can be chosen.',
  }),
  'security.inter.broker.protocol': enumOf(['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'], {
    default: 'PLAINTEXT',
    doc: 'The security protocol between brokers. Either this or inter.broker.listener.name may be set.',
    unused: unused.oneBroker,
  }),
}
