import { command } from '../command.ts'
import { count, flag, texts } from '../options.ts'
import { settingOf } from '../units/setting.ts'
import { someWords } from '../words.ts'
import { failures } from '../failures.ts'

export const topicCreate = command({
  path: 'topic create',
  summary: 'make topics',
  words: 'NAME…',
  options: {
    partitions: count('N', 'how many partitions; as num.partitions of the broker says when not given', { short: 'p' }),
    replicas: count('N', 'how many replicas of each; as default.replication.factor says when not given', { short: 'r' }),
    config: texts('KEY=VALUE', 'a setting of the topic, also with units: retention.ms=1d, segment.bytes=64MiB', { short: 'c' }),
    'if-not-exists': flag('a topic that is there already is no failure'),
    'dry-run': flag('let the broker check it, and make nothing'),
  },
  examples: ['odradek topic create orders -p 6 -c retention.ms=7d', 'odradek topic create users -c cleanup.policy=compact --dry-run'],
  async run({ options, words, admin, output, terminal }) {
    const config = Object.fromEntries(options.config.map((given) => settingOf('-c', given)))
    const topics = someWords(words, 'topics').map((name) => ({
      name,
      partitions: options.partitions,
      replicationFactor: options.replicas,
      config,
    }))
    const outcomes = await (await admin()).createTopics(topics, { validateOnly: options['dry-run'] }).settled()
    const isThere = (error: Error): boolean => options['if-not-exists'] && Reflect.get(error, 'code') === 'TOPIC_ALREADY_EXISTS'
    await output.list({
      columns: [
        { name: 'TOPIC', of: ({ name }) => name },
        { name: 'PARTITIONS', of: ({ partitions }) => partitions },
        { name: 'REPLICAS', of: ({ replicationFactor }) => replicationFactor },
        { name: 'ID', of: ({ topicId }) => topicId },
      ],
      rows: [...outcomes].flatMap(([name, outcome]) => (outcome.ok ? [{ name, ...outcome.value }] : [])),
      data: ({ name, partitions, replicationFactor, topicId }) => ({ name, id: topicId, partitions, replicationFactor }),
      nameOf: ({ name }) => name,
      whenEmpty: '',
    })
    if (options['dry-run']) terminal.err('Nothing was made: --dry-run\n')
    return failures(outcomes, (name) => `topic ${name}`, terminal, isThere)
  },
})
