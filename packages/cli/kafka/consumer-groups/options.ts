import type { Terminal } from '../../terminal.ts'
import { OptionException } from '../options/option-exception.ts'
import { OptionParser } from '../options/joptsimple.ts'
import type { OptionName } from '../options/joptsimple.ts'
import type { Options } from '../options/options.ts'
import { Usage } from '../options/usage.ts'

const specs = {
  'bootstrap-server': { doc: 'REQUIRED (for all but --validate-regex): the brokers to ask first.', argument: 'server to connect to' },
  group: { doc: 'The group that is meant; may be given several times.', argument: 'consumer group' },
  topic: {
    doc: 'The topic whose offsets are reset or deleted, or partitions of it: `topic:0,1,2`. May be given several times.',
    argument: 'topic',
  },
  'all-topics': { doc: 'All topics of which the group has committed offsets.' },
  list: { doc: 'Lists the groups of consumers.' },
  describe: { doc: 'Shows how far groups have read, how far they are behind, and who reads.' },
  'all-groups': { doc: 'All groups of consumers.' },
  delete: { doc: 'Deletes groups with all their offsets. They must not have members.' },
  timeout: { doc: 'How long the cluster may take for one answer.', argument: 'timeout (ms)', type: 'long', default: '30000' },
  'command-config': { doc: 'A file with settings of the client that asks.', argument: 'command config property file' },
  'reset-offsets': {
    doc: 'Sets offsets of groups that have no members. Shows what would be, unless --execute is given; --export shows it as CSV.\nWhere to is said by one of --to-datetime, --by-duration, --to-earliest, --to-latest, --shift-by, --from-file, --to-current, --to-offset;\nof what by --all-topics or --topic, which --from-file does not need.',
  },
  'delete-offsets': { doc: 'Deletes offsets of a group, of the topics that --topic names.' },
  'dry-run': { doc: 'Of --reset-offsets: shows what would be, and changes nothing.' },
  execute: { doc: 'Of --reset-offsets: does it.' },
  export: { doc: 'Of --reset-offsets: shows it as CSV.' },
  'to-offset': { doc: 'To this offset.', argument: 'offset', type: 'long' },
  'from-file': { doc: 'To the offsets in a file of CSV, as --export writes it.', argument: 'path to CSV file' },
  'to-datetime': { doc: "To the first record from this time on. Written as 'YYYY-MM-DDThh:mm:ss.sss'", argument: 'datetime' },
  'by-duration': { doc: "To the first record from so long ago on. Written as 'PnDTnHnMnS'", argument: 'duration' },
  'to-earliest': { doc: 'To the beginning.' },
  'to-latest': { doc: 'To the end.' },
  'to-current': { doc: 'To where the group is; where it is nowhere, to the end.' },
  'shift-by': { doc: 'So many further on, or with a minus further back.', argument: 'number-of-offsets', type: 'long' },
  members: { doc: 'Of --describe: the members of each group.' },
  verbose: { doc: 'Of --describe: more columns.' },
  offsets: { doc: 'Of --describe: the offsets of each partition, which is what it shows when nothing else is asked for.' },
  state: {
    doc: 'Of --describe: the state of each group. Of --list: the state in a column, or only groups in these states: --state stable,empty',
    optionalArgument: '',
  },
  type: { doc: 'Of --list: the type in a column, or only groups of these types: --type classic,consumer', optionalArgument: '' },
  'validate-regex': { doc: 'Says whether this is a regular expression.', argument: 'regex' },
} as const

export type GroupsOptions = Options<OptionName<typeof specs>>
type Name = OptionName<typeof specs>

export const resetTargets = [
  'to-offset',
  'shift-by',
  'to-datetime',
  'by-duration',
  'to-earliest',
  'to-latest',
  'to-current',
  'from-file',
] as const
const actions = ['list', 'describe', 'delete', 'reset-offsets', 'delete-offsets', 'validate-regex'] as const
const parser = new OptionParser(specs)

export const usageOf = (terminal: Terminal): Usage => new Usage(terminal, parser)

/** The options, after all that can be found wrong with them alone, in the order in which Kafka looks. */
export function groupsOptions(args: readonly string[], terminal: Terminal): GroupsOptions {
  const usage = usageOf(terminal)
  const options = parser.parse(args)
  checkAvailable(options)
  usage.helpOrVersion(options, args, 'This tool helps to list, describe, delete and manage the offsets of consumer groups.')
  if (!options.has('validate-regex')) usage.required(options, 'bootstrap-server')
  checkDescribe(options, usage)
  checkDelete(options, usage)
  checkReset(options, terminal, usage)
  usage.invalid(options, 'group', 'all-groups')
  usage.invalid(options, 'group', 'list')
  usage.invalid(options, 'topic', 'list', 'describe')
  if (actions.filter((action) => options.has(action)).length !== 1)
    usage.fail(`Command must include exactly one action: ${actions.map((action) => `--${action}`).join(', ')}`)
  return options
}

/** Some options are there only beside others. */
function checkAvailable(options: GroupsOptions): void {
  const needs: readonly (readonly [Name, readonly Name[]])[] = [
    ['members', ['describe']],
    ['verbose', ['describe']],
    ['offsets', ['describe']],
    ['state', ['describe', 'list']],
    ['type', ['list']],
  ]
  const wrong = needs.filter(([name, others]) => options.has(name) && !others.some((other) => options.has(other))).map(([name]) => name)
  if (wrong.length > 0)
    throw new OptionException(
      'UnavailableOption',
      `Option(s) [${wrong.join(', ')}] are unavailable given other options on the command line`,
    )
}

function checkDescribe(options: GroupsOptions, usage: Usage): void {
  if (!options.has('describe')) return
  if (!options.has('group') && !options.has('all-groups')) usage.fail('Option [describe] takes one of these options: [group], [all-groups]')
  if ((['members', 'offsets', 'state'] as const).filter((name) => options.has(name)).length > 1)
    usage.fail('Option [describe] takes at most one of these options: [members], [offsets], [state]')
  if (options.has('state') && options.value('state') !== undefined) usage.fail('Option [describe] does not take a value for [state]')
}

function checkDelete(options: GroupsOptions, usage: Usage): void {
  if (options.has('delete')) {
    if (!options.has('group') && !options.has('all-groups')) usage.fail('Option [delete] takes one of these options: [group], [all-groups]')
    if (options.has('topic')) usage.fail('The consumer does not support topic-specific offset deletion from a consumer group.')
  }
  if (options.has('delete-offsets') && (!options.has('group') || !options.has('topic')))
    usage.fail('Option [delete-offsets] takes the following options: [group], [topic]')
}

function checkReset(options: GroupsOptions, terminal: Terminal, usage: Usage): void {
  if (!options.has('reset-offsets')) return
  if (options.has('dry-run') && options.has('execute')) usage.fail('Option [reset-offsets] only accepts one of [execute] and [dry-run]')
  if (!options.has('dry-run') && !options.has('execute'))
    terminal.err(
      'WARN: No action will be performed as the --execute option is missing. In version 5.0, this command will require either --dry-run or --execute to be specified. You should add the --dry-run option explicitly if you are scripting this command and want to keep the current default behavior without prompting.\n',
    )
  if (!options.has('group') && !options.has('all-groups'))
    usage.fail('Option [reset-offsets] takes one of these options: [group], [all-groups]')
  for (const target of resetTargets) usage.invalid(options, target, ...resetTargets.filter((other) => other !== target))
}
