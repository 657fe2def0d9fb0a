import { command } from '../command.ts'
import { noWords } from '../words.ts'

export const clusterHealth = command({
  path: 'cluster health',
  summary: 'find partitions without a leader or with too few replicas in sync; exit code 1 when there are any',
  words: '',
  options: {},
  async run({ words, admin, output }) {
    noWords(words)
    const client = await admin()
    const [{ brokers, controller }, listed] = await Promise.all([client.describeCluster(), client.listTopics({ listInternal: true })])
    const topics = listed.size === 0 ? [] : [...(await client.describeTopics([...listed.keys()])).values()]
    const partitions = topics.flatMap(({ name, partitions: all }) => all.map((partition) => ({ name, ...partition })))
    const trouble = partitions.flatMap(({ name, partition, leader, replicas, inSyncReplicas }) => {
      const what =
        leader === undefined
          ? 'no leader'
          : inSyncReplicas.length < replicas.length
            ? `${inSyncReplicas.length} of ${replicas.length} replicas in sync`
            : undefined
      return what === undefined ? [] : [{ partition: `${name}-${partition}`, what }]
    })
    const isHealthy = trouble.length === 0 && controller !== undefined
    await output.item({
      data: {
        isHealthy,
        brokers: brokers.length,
        controller: controller?.id ?? null,
        topics: topics.length,
        partitions: partitions.length,
        trouble,
      },
      text: [
        `${isHealthy ? 'Healthy' : 'Not healthy'}: ${brokers.length} brokers, ${topics.length} topics, ${partitions.length} partitions\n`,
        controller === undefined ? 'There is no controller\n' : '',
        ...trouble.map(({ partition, what }) => `${partition}: ${what}\n`),
      ].join(''),
    })
    return isHealthy ? 0 : 1
  },
})
