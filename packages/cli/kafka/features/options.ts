import { latestRelease, oldestRelease } from '../feature-levels.ts'
import { ArgumentParser } from '../options/argparse.ts'

const dryRun = { kind: 'flag', help: 'Ask whether it would go, and change nothing.' } as const
const unsafe = { kind: 'flag', help: 'Do it even where metadata may be lost for ever.' } as const
const release = (verb: string) => ({
  help: `The release to which all features are to be ${verb}: 3.9-IV0 stands for metadata.version=21 and kraft.version=1. What belongs to a release is told by version-mapping.`,
})

export const parser = new ArgumentParser('kafka-features', {
  description: 'Shows the features that a cluster has agreed on, and changes them.',
  arguments: {
    'bootstrap-server': { group: 'bootstrap', help: 'Which brokers to ask first, as host:port, separated by commas.' },
    'bootstrap-controller': { group: 'bootstrap', help: 'Which controllers to ask instead, as host:port, separated by commas.' },
    'command-config': { help: 'A properties file of the admin.' },
  },
  groups: { bootstrap: {} },
  commands: {
    describe: {
      help: 'Show the features, and at which levels they are.',
      arguments: { 'node-id': { type: 'int', help: 'Which node to ask. By default any.' } },
    },
    upgrade: {
      help: 'Raise features.',
      arguments: {
        metadata: { help: 'DEPRECATED -- To which metadata.version, as in 3.3-IV3.' },
        'release-version': release('raised'),
        feature: { kind: 'append', help: 'A feature and its level, as in `metadata.version=5`.' },
        'dry-run': dryRun,
      },
    },
    downgrade: {
      help: 'Lower features.',
      arguments: {
        metadata: { help: 'DEPRECATED -- To which metadata.version, as in 3.3-IV0.' },
        'release-version': release('lowered'),
        feature: { kind: 'append', help: 'A feature and its level, as in `metadata.version=5`.' },
        unsafe,
        'dry-run': dryRun,
      },
    },
    disable: {
      help: 'Switch features off, which is to lower them to zero.',
      arguments: { feature: { kind: 'append', help: 'A feature.' }, unsafe, 'dry-run': dryRun },
    },
    'version-mapping': {
      help: 'Show which levels of features belong to a metadata version; without --release-version to the latest that is stable.',
      arguments: { 'release-version': { help: `Which one. The oldest is ${oldestRelease}; by default ${latestRelease}` } },
    },
    'feature-dependencies': {
      help: 'Show what a level of a feature needs of others. It may be asked for several. What there is not is an error.',
      arguments: { feature: { kind: 'append', required: true, help: 'A feature and its level, as in `metadata.version=5`.' } },
    },
  },
})

export type Options = ReturnType<typeof parser.parse>
