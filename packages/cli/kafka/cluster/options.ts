import { ArgumentParser } from '../options/argparse.ts'

const connection = {
  'bootstrap-server': { short: 'b', group: 'connection', help: 'Which brokers to ask first, as host:port, separated by commas.' },
  'bootstrap-controller': { short: 'C', group: 'connection', help: 'Which controllers to ask instead, as host:port, separated by commas.' },
  config: { help: '(DEPRECATED) Like --command-config, which is its name now.' },
  'command-config': { short: 'c', help: 'A properties file of the admin.' },
} as const
const groups = { connection: { required: true } } as const

export const parser = new ArgumentParser('kafka-cluster', {
  description: 'Tells of a cluster and its brokers.',
  commands: {
    'cluster-id': { help: 'Show the id of the cluster.', groups, arguments: connection },
    unregister: {
      help: 'Strike a broker off the list.',
      groups,
      arguments: { ...connection, id: { short: 'i', type: 'int', required: true, help: 'Which broker, by its id.' } },
    },
    'list-endpoints': {
      help: 'Show where brokers or controllers are',
      groups,
      arguments: { ...connection, 'include-fenced-brokers': { kind: 'flag', help: 'Show brokers too that do not serve at the moment' } },
    },
  },
})

export type Options = ReturnType<typeof parser.parse>
