import type { Terminal } from '../../terminal.ts'
import { illegalArgument } from '../java-error.ts'
import { OptionParser } from '../options/joptsimple.ts'
import type { OptionName } from '../options/joptsimple.ts'
import type { Options } from '../options/options.ts'
import { Usage } from '../options/usage.ts'

const specs = {
  'bootstrap-server': { doc: 'REQUIRED: the brokers to ask first.', argument: 'server to connect to' },
  'command-config': { doc: 'A file with settings of the client that asks.', argument: 'command config property file' },
  list: { doc: 'Name the topics that there are.' },
  create: { doc: 'Make a topic.' },
  delete: { doc: 'Remove topics with all that is in them.' },
  alter: { doc: 'Give topics more partitions. (To alter topic configurations, the kafka-configs tool can be used.)' },
  describe: { doc: 'Show topics with their partitions.' },
  topic: { doc: 'Which topic. Anywhere but with --create a regular expression may stand for several.', argument: 'topic' },
  'topic-id': { doc: 'Which topic to describe, by its id.', argument: 'topic-id' },
  config: {
    doc: 'A setting of the topic to be made, such as retention.ms=86400000; may be repeated. (To alter topic configurations, the kafka-configs tool can be used.)',
    argument: 'name=value',
  },
  'delete-config': { doc: 'Does nothing any more, since 4.0.', argument: 'name' },
  partitions: {
    doc: 'How many partitions the topic has or gets in all; when a topic is made without it, the default of the cluster. (WARNING: with more partitions, records of a key go elsewhere than before.)',
    argument: '# of partitions',
    type: 'int',
  },
  'replication-factor': {
    doc: 'How many replicas each partition of the new topic gets; by default as many as the cluster says.',
    argument: 'replication factor',
    type: 'int',
  },
  'replica-assignment': {
    doc: 'Which brokers get the replicas of each partition, instead of leaving that to the cluster.',
    argument:
      'broker_id_for_part1_replica1 : broker_id_for_part1_replica2 , broker_id_for_part2_replica1 : broker_id_for_part2_replica2 , ...',
  },
  'under-replicated-partitions': { doc: 'With --describe: only partitions with a replica that is not in sync.' },
  'unavailable-partitions': { doc: 'With --describe: only partitions without a leader that is alive.' },
  'under-min-isr-partitions': { doc: 'With --describe: only partitions with fewer replicas in sync than min.insync.replicas says.' },
  'at-min-isr-partitions': { doc: 'With --describe: only partitions with just as many replicas in sync as min.insync.replicas says.' },
  'topics-with-overrides': { doc: 'With --describe: only topics that have settings of their own.' },
  'if-exists': { doc: 'Altering, deleting or describing a topic that is not there is no failure.' },
  'if-not-exists': { doc: 'Creating a topic that is there already is no failure.' },
  'exclude-internal': { doc: 'Without the topics in which Kafka keeps its own state.' },
  'partition-size-limit-per-response': {
    doc: 'How many partitions a broker may describe in one answer.',
    argument: 'maximum number of partitions per response',
    type: 'int',
  },
} as const

type Name = OptionName<typeof specs>

export type TopicsOptions = Options<Name>

const actions = ['create', 'list', 'alter', 'describe', 'delete'] as const satisfies readonly Name[]
const reports = [
  'under-replicated-partitions',
  'under-min-isr-partitions',
  'at-min-isr-partitions',
  'unavailable-partitions',
] as const satisfies readonly Name[]

/** Reads a command line and checks that it goes together. */
export function topicsOptions(args: readonly string[], terminal: Terminal): TopicsOptions {
  const parser = new OptionParser(specs)
  const options = parser.parse(args)
  const usage = new Usage(terminal, parser)
  if (args.length === 0) usage.fail('Create, delete, describe, or change a topic.')
  usage.helpOrVersion(options, args, 'This tool helps to create, delete, describe, or change a topic.')
  if (actions.filter((action) => options.has(action)).length !== 1)
    usage.fail('Command must include exactly one action: --list, --describe, --create, --alter or --delete')
  if (options.has('delete-config')) {
    terminal.err(
      'delete-config option is no longer supported and deprecated since version 4.0. The config will be fully removed in future releases.\n',
    )
  }
  checkRequired(options, usage, terminal)
  checkInvalid(options, usage)
  return options
}

function checkRequired(options: TopicsOptions, usage: Usage, terminal: Terminal): void {
  if (!options.has('bootstrap-server')) throw illegalArgument('--bootstrap-server must be specified')
  if (options.has('describe') && options.has('if-exists')) {
    if (!options.has('topic') && !options.has('topic-id')) usage.fail('--topic or --topic-id is required to describe a topic')
    if (options.has('topic') && options.has('topic-id'))
      void terminal.out('Only topic id will be used when both --topic and --topic-id are specified and topicId is not Uuid.ZERO_UUID\n')
  }
  if (!options.has('list') && !options.has('describe')) usage.required(options, 'topic')
  if (!options.has('alter')) return
  usage.invalidBesideAll(
    options,
    ['bootstrap-server', 'config'],
    ['alter'],
    ' (To alter topic configurations, the kafka-configs tool can be used.)',
  )
  usage.required(options, 'partitions')
}

function checkInvalid(options: TopicsOptions, usage: Usage): void {
  const only = (used: Name, ...allowed: readonly Name[]): void =>
    usage.invalid(options, used, ...actions.filter((action) => !allowed.includes(action)))
  only('config', 'alter', 'create')
  only('partitions', 'alter', 'create')
  only('replication-factor', 'create')
  only('replica-assignment', 'alter', 'create')
  if (options.has('create')) usage.invalid(options, 'replica-assignment', 'partitions', 'replication-factor')
  for (const report of reports) {
    only(report, 'describe')
    usage.invalid(options, report, 'topics-with-overrides')
  }
  only('topics-with-overrides', 'describe')
  usage.invalid(options, 'topics-with-overrides', ...reports)
  only('if-exists', 'alter', 'delete', 'describe')
  only('if-not-exists', 'create')
  only('exclude-internal', 'list', 'describe')
}
