import { command } from '../command.ts'
import { noWords } from '../words.ts'

export const clusterInfo = command({
  path: 'cluster info',
  summary: 'show the brokers of the cluster and its controller',
  words: '',
  options: {},
  async run({ words, admin, output }) {
    noWords(words)
    const { clusterId, controller, brokers } = await (await admin()).describeCluster()
    const rows = brokers.toSorted((a, b) => a.id - b.id)
    if (output.isForPeople)
      await output.done(`Cluster ${clusterId ?? '(without an id)'}, ${rows.length} broker${rows.length === 1 ? '' : 's'}\n`)
    if (output.isForPeople || output.format === 'csv' || output.format === 'name')
      return await output.list({
        columns: [
          { name: 'BROKER', of: ({ id }) => id },
          { name: 'HOST', of: ({ host }) => host },
          { name: 'PORT', of: ({ port }) => port },
          { name: 'RACK', of: ({ rack }) => rack },
          { name: 'CONTROLLER', of: ({ id }) => (id === controller?.id ? 'yes' : 'no') },
        ],
        rows,
        data: (row) => row,
        nameOf: ({ id }) => String(id),
      })
    await output.item({
      data: {
        clusterId: clusterId ?? null,
        controller: controller?.id ?? null,
        brokers: rows.map(({ id, host, port, rack }) => ({ id, host, port, rack: rack ?? null })),
      },
      text: '',
    })
  },
})
