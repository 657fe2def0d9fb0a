import { command } from '../command.ts'
import { flag } from '../options.ts'
import { chooseTopics } from './choose-topics.ts'
import { topicFacts } from './topic-facts.ts'

export const topicList = command({
  path: 'topic list',
  summary: 'list topics',
  words: '[NAME…]',
  options: {
    regex: flag('the names are regular expressions that match whole names', { short: 'r' }),
    internal: flag("Kafka's own topics too"),
  },
  examples: ['odradek topic list', "odradek topic list -r 'orders.*' -o json"],
  completes: 'topic',
  async run({ options, words, admin, output }) {
    const client = await admin()
    const names = await chooseTopics(client, words, { asPattern: options.regex, withInternal: options.internal })
    await output.list({
      columns: [
        { name: 'TOPIC', of: ({ name }) => name },
        { name: 'PARTITIONS', of: ({ partitions }) => partitions },
        { name: 'REPLICAS', of: ({ replicationFactor }) => replicationFactor },
        { name: 'OFFSETS', of: ({ records }) => records },
        { name: 'UNDER-REPLICATED', of: ({ underReplicated }) => underReplicated, isWide: true },
        { name: 'ID', of: ({ id }) => id, isWide: true },
      ],
      rows: await topicFacts(client, names),
      data: (row) => row,
      nameOf: ({ name }) => name,
      whenEmpty: 'There are no such topics. Make one: odradek topic create NAME',
    })
  },
})
