import type { Line, Seen } from './line.ts'

/** A difference between Kafka's tools and ours, or between Kafka's broker and ours, that is meant to be. */
export interface Difference {
  readonly name: string
  readonly reason: string
  /** Which command lines: those with one of these words in their text, or all of that text. */
  readonly lines: readonly RegExp[]
  /** Takes away what differs, from what each way showed; the rest must be equal. */
  readonly forgets?: (seen: Seen) => Seen
  /**
   * Where nothing can be taken away: `tool`, ours says it in its own way on whichever broker; `broker`, the brokers answer differently, and both tools show that
   * alike; `both`, tools and brokers differ.
   */
  readonly of?: 'tool' | 'broker' | 'both'
}

export const differences: readonly Difference[] = [
  {
    name: 'whose version',
    reason: '--version says whose tools these are, behind the version of Kafka that they are like.',
    lines: [/^kafka-(?!(?:producer-perf-test|e2e-latency|verifiable-\w+|cluster|features|storage) ).* --version$/],
    forgets: inTexts((text) => text.replace(' ($BUILD)', '')),
  },
  {
    name: 'old names are told of on stderr',
    reason:
      'Options that were renamed in 4.2 (KIP-1147) are accepted for ever, and the line that says so goes to stderr, so that stdout is the data.',
    lines: [
      /\$BROKER.* --(?:(?:producer-props|producer\.config|messages|admin\.config|consumer\.config) |(?:consumer-|producer-)?property )/,
      /^kafka-e2e-latency \$BROKER/,
      /^kafka-cluster .*BROKER --config /,
    ],
    forgets: ({ code, out, err }) => ({
      code,
      out: out.replaceAll(renamed, ''),
      err: `${(out + err).match(renamed)?.join('') ?? ''}${err.replaceAll(renamed, '')}`,
    }),
  },
  {
    name: 'help in our own words',
    reason: 'What a tool is for is said in a sentence of our own.',
    lines: [/^kafka-consumer-perf-test(?: --help)?$/, /^kafka-e2e-latency$/, /^kafka-(?:consumer-groups|console-producer)(?: --help)?$/],
    forgets: inTexts((text) => text.replace(/^.*\n(?=OPTIONS$)/m, '')),
  },
  {
    name: 'settings refused in our own words',
    reason: 'What values a setting of a client takes is said in a sentence of our own.',
    lines: [/^kafka-verifiable-consumer .*--reset-policy sometimes$/],
    of: 'tool',
  },
  {
    name: 'no consumer protocol yet',
    reason:
      'Our broker has only the classic protocol of groups until KIP-848 comes; and what a Java client says then is advice about its own settings.',
    lines: [/--group-protocol consumer/],
    of: 'both',
  },
  {
    name: 'what a broker can do',
    reason: 'Our broker does not have all requests of Apache Kafka yet; both tools show those that it has.',
    lines: [/^kafka-broker-api-versions --bootstrap-server \$BROKER$/],
    of: 'broker',
  },
  {
    name: 'no features but metadata.version',
    reason: 'Of the features that a cluster of Apache Kafka 4.3 has, ours has metadata.version alone.',
    lines: [/^kafka-features .*BROKER (?:describe|upgrade --feature transaction|downgrade)/],
    of: 'broker',
  },
  {
    name: 'no features but metadata.version on a disk',
    reason: 'The same for a data directory that is formatted.',
    lines: [/^kafka-storage format .*0AA --standalone$/],
    forgets: inTexts((text) =>
      text.replaceAll(/, ApiMessageAndVersion\(FeatureLevelRecord\(name='(?!metadata\.version)[^)]*\) at version 0\)/g, ''),
    ),
  },
  {
    name: 'no brokers to unregister',
    reason: 'Our broker can not be asked to forget another one; both tools say so.',
    lines: [/^kafka-cluster unregister .*BROKER/],
    of: 'broker',
  },
  {
    name: 'no quotas and credentials yet',
    reason: 'Our broker has neither quotas nor SCRAM credentials yet; both tools say which request it does not support.',
    lines: [/^kafka-configs .*BROKER --(?:client|user|entity-type users)\b(?!.* such_rate)/],
    of: 'broker',
  },
  {
    name: 'plans that are none',
    reason: 'Kafka takes a column that is missing from a plan as 0; ours says what is wrong with the line.',
    lines: [/nonsense\.csv/],
    of: 'tool',
  },
  {
    name: 'no stack traces of guesses',
    reason: 'Kafka tries to read a plan for several groups as one for a single group first, and prints what that throws.',
    lines: [/plans\.csv/],
    forgets: inTexts((text) =>
      text.replaceAll(/^com\.fasterxml\.jackson\.databind\.exc\.InvalidFormatException: Cannot deserialize .*\n/gm, ''),
    ),
  },
  {
    name: 'more names of formatters',
    reason: 'Formatters are known by their own names without a package, too, and by those that they had before 4.0.',
    lines: [/ --formatter (?:Logging|NoOp|kafka\.tools\.Default)MessageFormatter$/],
    of: 'tool',
  },
  {
    name: 'what is no Kafka',
    reason:
      "A web server's answer is a message of a gigabyte to Kafka's client, which dies of it; ours says what it met there, and goes on until its time is over.",
    lines: [/\$HTTP/],
    of: 'tool',
  },
  {
    name: 'no advertisement',
    reason: 'Kafka 4.3 recommends its new protocol of groups on stderr, whenever a consumer of the classic one begins.',
    lines: [
      /^kafka-console-consumer .*\$BROKER(?!.* --(?:partition|formatter kafka\.tools|formatter LoggingM|formatter NoOp))/,
      /^kafka-console-consumer .* --max-messages few/,
    ],
    forgets: inTexts((text) => text.replaceAll(/^The consumer rebalance protocol \(KIP-848\) is production-ready!.*\n/gm, '')),
  },
  {
    name: 'topics by name',
    reason: 'Several topics are described in the order of their names; Kafka has them in the order of a hash map.',
    lines: [/^kafka-topics .*BROKER --describe$/],
    forgets: inTexts(blocksInOrder),
  },
  {
    name: 'fewer topics with overrides',
    reason: 'Every topic of a new Apache Kafka 4.3 counts as one with settings of its own, as the next entry tells.',
    lines: [/^kafka-topics .*BROKER .* --topics-with-overrides$/],
    forgets: inTexts((text) => text.replaceAll(/^Topic: .*Configs: min\.insync\.replicas=1\n/gm, '')),
  },
  {
    name: 'no min.insync.replicas of the cluster',
    reason:
      'A new Apache Kafka 4.3 writes min.insync.replicas=1 as a dynamic default of its brokers, for eligible leader replicas (KIP-966); ours has no such default.',
    lines: [
      /^kafka-topics .*--describe(?:$| --topic [\w.]*orders$| --topics-with-overrides)/,
      /^kafka-configs .*BROKER --(?:entity-type brokers --entity-default|broker-defaults|topic plainly) --describe/,
    ],
    forgets: inTexts((text) =>
      text
        .replaceAll(/(?<=Configs: )min\.insync\.replicas=1,?/g, '')
        .replaceAll(
          /^ {2}min\.insync\.replicas=1 sensitive=false synonyms=\{DYNAMIC_DEFAULT_BROKER_CONFIG:min\.insync\.replicas=1\}\n/gm,
          '',
        )
        .replaceAll('DYNAMIC_DEFAULT_BROKER_CONFIG:min.insync.replicas=1, ', ''),
    ),
  },
  {
    name: 'no cordoned log directories',
    reason: 'Our broker can not keep a log directory from new replicas (KIP-1066), and does not speak of it.',
    lines: [/--replication-factor 2$/],
    forgets: inTexts((text) => text.replaceAll(' or some brokers have all their log directories cordoned', '')),
  },
]

export function differencesOf({ text }: Line, list: readonly Difference[] = differences): readonly Difference[] {
  return list.filter(({ lines }) => lines.some((words) => words.test(text)))
}

/** What a way showed, without what these differences take away. */
export function forgetting(seen: Seen, list: readonly Difference[]): Seen {
  return list.reduce((left, { forgets }) => forgets?.(left) ?? left, seen)
}

function inTexts(change: (text: string) => string): (seen: Seen) => Seen {
  return ({ code, out, err }) => ({ code, out: change(out), err: change(err) })
}

/** Blocks of lines that belong together begin where a line is not indented. */
function blocksInOrder(text: string): string {
  return text
    .split(/\n(?!\t)/)
    .toSorted()
    .join('\n')
}

const renamed = /^(?:Option|Warning:|WARNING:) .*\bdeprecated\b.*\n/gm
