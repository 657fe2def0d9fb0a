import { latestRelease, oldestRelease } from '../feature-levels.ts'
import { ArgumentParser } from '../options/argparse.ts'

const config = { short: 'c', required: true, help: 'The server.properties of the broker.' } as const
const release = `The oldest is ${oldestRelease}; by default ${latestRelease}`
const quorum = 'Accepted as Kafka accepts it; a broker of ours keeps its metadata in a file, without a quorum.'

export const parser = new ArgumentParser('kafka-storage', {
  description: 'Looks after the data directories of a broker.',
  commands: {
    info: { help: 'Show to whom the data directories belong.', arguments: { config } },
    format: {
      help: 'Make the data directories those of a broker before its first start. A broker that finds empty ones takes them without it.',
      arguments: {
        config,
        'cluster-id': { short: 't', required: true, help: 'The id of the cluster.' },
        'add-scram': { short: 'S', kind: 'append', help: 'A credential for SCRAM. This release keeps none.' },
        'ignore-formatted': {
          short: 'g',
          kind: 'flag',
          help: 'Leave directories that are formatted already as they are, and format the others.',
        },
        'release-version': { short: 'r', help: `At which release the cluster is to begin. ${release}.` },
        feature: { short: 'f', kind: 'append', help: 'A feature and the level at which it is to begin, as in `metadata.version=5`.' },
        standalone: { short: 's', kind: 'flag', group: 'quorum', help: `Begin with this controller alone. ${quorum}` },
        'no-initial-controllers': { short: 'N', kind: 'flag', group: 'quorum', help: `Begin without a quorum. ${quorum}` },
        'initial-controllers': {
          short: 'I',
          group: 'quorum',
          help: `Begin with these controllers: id@hostname:port:directory, separated by commas. ${quorum}`,
        },
      },
      groups: { quorum: {} },
    },
    'version-mapping': {
      help: 'Show which levels of features belong to a metadata version; without --release-version to the latest that is stable.',
      arguments: { 'release-version': { short: 'r', help: `Which one. ${release}` } },
    },
    'feature-dependencies': {
      help: 'Show what a level of a feature needs of others. It may be asked for several. What there is not is an error.',
      arguments: { feature: { short: 'f', kind: 'append', required: true, help: 'A feature and its level, as in `metadata.version=5`.' } },
    },
    'random-uuid': { help: 'Show a new id for a cluster.' },
  },
})

export type Options = ReturnType<typeof parser.parse>
/** Those of one command. */
export type OptionsOf<Command extends Options['command']> = Extract<Options, { readonly command: Command }>['values']
