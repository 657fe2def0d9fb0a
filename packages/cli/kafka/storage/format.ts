import { formatStorage, initialFeatures } from '@odradek/broker'
import { nodeDisk } from '@odradek/common/disk'
import { UserError } from '@odradek/common/errors'
import { systemRandom } from '@odradek/common/random'
import { systemClock } from '@odradek/common/time'
import { JavaError } from '../java-error.ts'
import { Terse } from '../terse.ts'
import { look, metaPath } from './directories.ts'
import type { StorageDirectory } from './directories.ts'
import { chooseFeatures } from './feature-choice.ts'
import type { ChosenFeatures } from './feature-choice.ts'
import type { OptionsOf } from './options.ts'
import type { ServerSettings } from './server-settings.ts'

/** Makes the directories of a broker its own, and says of each that it does. Throws `Terse`, and what Kafka's tool shows with a stack trace. */
export async function format(options: OptionsOf<'format'>, server: ServerSettings, say: (line: string) => void): Promise<void> {
  checkQuorum(options, server)
  const hasDynamicQuorum = server.roles !== undefined && server.voters.length === 0
  const chosen = chooseFeatures({ release: options['release-version'], features: options.feature, hasDynamicQuorum })
  const features = keptFeatures(chosen, options.feature ?? [])
  if (options['add-scram'] !== undefined) {
    throw new Terse('SCRAM credentials can not be kept: this release of Odradek has no authentication. Leave --add-scram out.')
  }
  const clusterId = options['cluster-id']
  const directories = [...new Set(server.directories)].toSorted().map(look)
  checkOwner(directories, { clusterId, nodeId: server.nodeId })
  const formatted = directories.filter(({ kind }) => kind === 'formatted')
  const [first] = formatted
  if (first !== undefined && !options['ignore-formatted']) {
    throw new Terse(
      `Log directory ${first.path} is already formatted. Use --ignore-formatted to ignore this directory and format the others.`,
    )
  }
  const empty = directories.filter(({ kind }) => kind === 'missing' || kind === 'empty').map(({ path }) => path)
  for (const { path } of directories.filter(({ kind }) => kind === 'unreadable' || kind === 'no directory')) {
    say(`I/O error trying to read log directory ${path}. Ignoring...`)
  }
  if (empty.length === 0 && formatted.length === 0) throw new Terse('No available log directories to format.')
  if (empty.length === 0) return say('All of the log directories are already formatted.')

  const records = [...features].map(
    ([name, level]) => `ApiMessageAndVersion(FeatureLevelRecord(name='${name}', featureLevel=${level}) at version 0)`,
  )
  say(
    `Bootstrap metadata: BootstrapMetadata(records=[${records.join(', ')}], metadataVersionLevel=${chosen.version.level}, source=format command)`,
  )
  const [metadataDirectory = ''] = server.directories
  await formatOrSayWhy({
    disk: nodeDisk,
    clock: systemClock,
    random: systemRandom,
    clusterId,
    nodeId: server.nodeId,
    directories: empty,
    // Beside directories with data a new beginning of the metadata would forget what is in them.
    metadata: formatted.length === 0 ? { directory: metadataDirectory, features } : undefined,
    onDirectory: (path) => {
      const kind = path === metadataDirectory ? metadataKind(options, server.nodeId) : 'data directory'
      say(`Formatting ${kind} ${path} with metadata.version ${chosen.version.name}.`)
    },
  })
}

function checkQuorum(options: OptionsOf<'format'>, { roles, voters }: ServerSettings): void {
  const { standalone, 'initial-controllers': controllers, 'no-initial-controllers': none } = options
  if (voters.length > 0 && (standalone || controllers !== undefined)) {
    throw new Terse(
      'You cannot specify controller.quorum.voters and format the node with --initial-controllers or --standalone. ' +
        'If you want to use dynamic quorum, please remove controller.quorum.voters and specify controller.quorum.bootstrap.servers instead.',
    )
  }
  if (roles === undefined) return
  const isController = roles.includes('controller')
  if (standalone && !isController) throw new Terse('You can only use --standalone on a controller.')
  if (none || !isController || voters.length > 0 || standalone || controllers !== undefined) return
  throw new Terse(
    'Because controller.quorum.voters is not set on this controller, you must specify one of the following: ' +
      '--standalone, --initial-controllers, or --no-initial-controllers.',
  )
}

/** What a broker of ours can begin at. One that was asked for by name, and that it has not, is refused. */
function keptFeatures({ levels }: ChosenFeatures, asked: readonly string[]): ReadonlyMap<string, number> {
  const kept = [...levels].filter(([name, level]) => level > 0 && initialFeatures.has(name))
  for (const text of asked) {
    const name = text.split('=')[0]?.trim() ?? ''
    if (initialFeatures.has(name) || name === 'kraft.version' || (levels.get(name) ?? 0) === 0) continue
    throw new Terse(
      `${name} can not be kept: this release of Odradek has nothing yet that it would switch on. Leave --feature ${text} out.`,
    )
  }
  return new Map(kept)
}

function checkOwner(directories: readonly StorageDirectory[], wanted: { readonly clusterId: string; readonly nodeId: number }): void {
  for (const directory of directories) {
    if (directory.kind !== 'formatted') continue
    const file = metaPath(directory.path)
    const [clusterId, nodeId] = [directory.properties.get('cluster.id'), directory.properties.get('node.id')]
    if (clusterId !== undefined && clusterId !== wanted.clusterId) {
      throw new JavaError(
        'java.lang.RuntimeException',
        `Invalid cluster.id in: ${file}. Expected ${wanted.clusterId}, but read ${clusterId}`,
      )
    }
    if (nodeId !== undefined && nodeId !== String(wanted.nodeId)) {
      throw new JavaError(
        'java.lang.RuntimeException',
        `Stored node id ${nodeId} doesn't match previous node id ${wanted.nodeId} in ${file}. If you moved your data, make sure your configured ` +
          'node id matches. If you intend to create a new node, you should remove all data in your data directories.',
      )
    }
  }
}

function metadataKind(options: OptionsOf<'format'>, nodeId: number): string {
  const { standalone, 'initial-controllers': controllers } = options
  if (standalone || controllers?.split(',').some((voter) => voter.startsWith(`${nodeId}@`)) === true)
    return 'dynamic metadata voter directory'
  return controllers === undefined ? 'metadata directory' : 'dynamic metadata directory'
}

async function formatOrSayWhy(storage: Parameters<typeof formatStorage>[0]): Promise<void> {
  try {
    await formatStorage(storage)
  } catch (error) {
    if (error instanceof UserError) throw new Terse(error.message, { cause: error })
    throw error
  }
}
