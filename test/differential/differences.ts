import type { Line, Seen } from './line.ts'

/** A difference between Kafka's tools and ours, or between Kafka's broker and ours, that is meant to be. */
export interface Difference {
  readonly name: string
  readonly reason: string
  /** Which command lines: those with one of these words in their text, or all of that text. */
  readonly lines: readonly RegExp[]
  /** Takes away what differs, from what each way showed; the rest must be equal. */
  readonly forgets?: (text: string) => string
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
    lines: [/ --version$/],
    forgets: (text) => text.replace(' ($BUILD)', ''),
  },
  {
    name: 'topics by name',
    reason: 'Several topics are described in the order of their names; Kafka has them in the order of a hash map.',
    lines: [/^kafka-topics .*BROKER --describe$/],
    forgets: byLine,
  },
  {
    name: 'fewer topics with overrides',
    reason: 'Every topic of a new Apache Kafka 4.3 counts as one with settings of its own, as the next entry tells.',
    lines: [/^kafka-topics .*BROKER .* --topics-with-overrides$/],
    forgets: (text) => text.replaceAll(/^Topic: .*Configs: min\.insync\.replicas=1\n/gm, ''),
  },
  {
    name: 'no min.insync.replicas of the cluster',
    reason:
      'A new Apache Kafka 4.3 writes min.insync.replicas=1 as a dynamic default of its brokers, for eligible leader replicas (KIP-966); ours has no such default.',
    lines: [/^kafka-topics .*--describe(?:$| --topic [\w.]*orders$| --topics-with-overrides)/],
    forgets: (text) => text.replaceAll(/(?<=Configs: )min\.insync\.replicas=1,?/g, ''),
  },
  {
    name: 'no cordoned log directories',
    reason: 'Our broker can not keep a log directory from new replicas (KIP-1066), and does not speak of it.',
    lines: [/--replication-factor 2$/],
    forgets: (text) => text.replaceAll(' or some brokers have all their log directories cordoned', ''),
  },
]

export function differencesOf({ text }: Line, list: readonly Difference[] = differences): readonly Difference[] {
  return list.filter(({ lines }) => lines.some((words) => words.test(text)))
}

/** What a way showed, without what these differences take away. */
export function forgetting({ code, out, err }: Seen, list: readonly Difference[]): Seen {
  const without = (text: string): string => list.reduce((left, { forgets }) => forgets?.(left) ?? left, text)
  return { code, out: without(out), err: without(err) }
}

/** Blocks of lines that belong together begin where a line is not indented. */
function byLine(text: string): string {
  return text
    .split(/\n(?!\t)/)
    .toSorted()
    .join('\n')
}
