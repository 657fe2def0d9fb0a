import type { Admin, FeatureMetadata, FeatureUpdate } from '@odradek/client'
import type { Terminal } from '../../terminal.ts'
import { dependencyLines, latestRelease, mappingLines, metadataVersionName, nameAndLevel } from '../feature-levels.ts'
import { JavaError } from '../java-error.ts'
import { javaMessage, javaText } from '../java-names.ts'
import { openAdmin } from '../open-admin.ts'
import { showRefusal } from '../options/argparse.ts'
import { ArgumentException } from '../options/argparse/argument-exception.ts'
import { HelpAsked } from '../options/argparse/help-asked.ts'
import { orSayTersely, Terse } from '../terse.ts'
import type { Tool } from '../tool.ts'
import { updatesFor, updatesToDisable } from './feature-updates.ts'
import { parser } from './options.ts'
import type { Options } from './options.ts'

export const tool: Tool = {
  name: 'kafka-features',
  async run(args, terminal) {
    try {
      return await orSayTersely(terminal, () => manage(parser.parse(args), terminal))
    } catch (error) {
      if (error instanceof ArgumentException) terminal.err(`Command line error: ${error.message}. Type --help for help.`)
      else if (error instanceof HelpAsked) showRefusal(error, terminal)
      else terminal.err(`${javaMessage(error)}\n${causeOf(error)}`)
      return error instanceof HelpAsked ? 0 : 1
    }
  },
}

/** "Failed to create new KafkaAdminClient" alone helps nobody. */
function causeOf(error: unknown): string {
  return error instanceof JavaError && error.cause instanceof JavaError ? `Caused by: ${javaText(error.cause)}\n` : ''
}

async function manage(options: Options, terminal: Terminal): Promise<number> {
  const say = (lines: readonly string[]): void => void terminal.out(lines.map((line) => `${line}\n`).join(''))
  if (options.command === 'version-mapping') {
    say(mappingLines(options.values['release-version'] ?? latestRelease))
    return 0
  }
  if (options.command === 'feature-dependencies') {
    for (const feature of options.values.feature) say(dependencyLines(...nameAndLevel(feature)))
    return 0
  }
  const {
    'bootstrap-server': bootstrapServer,
    'bootstrap-controller': bootstrapControllers,
    'command-config': commandConfig,
  } = options.main
  if (bootstrapServer === undefined && bootstrapControllers === undefined) {
    throw parser.exception('You must specify either --bootstrap-controller or --bootstrap-server.')
  }
  await using admin = await openAdmin({ terminal, bootstrapServer, bootstrapControllers, commandConfig })
  if (options.command === 'describe') {
    say(described(await describe(admin, options.values['node-id'])))
    return 0
  }
  if (options.command === 'disable') {
    const { feature = [], unsafe, 'dry-run': isDryRun } = options.values
    return update(admin, updatesToDisable(feature, unsafe ? 'UNSAFE_DOWNGRADE' : 'SAFE_DOWNGRADE'), { verb: 'disable', isDryRun, say })
  }
  const { metadata, 'release-version': release, feature: features, 'dry-run': isDryRun } = options.values
  if (release === undefined && metadata !== undefined) {
    terminal.err(' `metadata` flag is deprecated and may be removed in a future release.\n')
  }
  const downgrade = options.command === 'downgrade' && options.values.unsafe ? 'UNSAFE_DOWNGRADE' : 'SAFE_DOWNGRADE'
  const updates = updatesFor({ metadata, release, features }, options.command === 'upgrade' ? 'UPGRADE' : downgrade)
  return update(admin, updates, { verb: options.command, isDryRun, say })
}

async function describe(admin: Admin, nodeId: number | undefined): Promise<FeatureMetadata> {
  if (nodeId !== undefined && nodeId < 0) throw new Terse(`Invalid node id ${nodeId}: must be non-negative.`)
  try {
    return await admin.describeFeatures(nodeId === undefined ? {} : { brokerId: nodeId })
  } catch (error) {
    throw new Terse(javaText(error), { cause: error })
  }
}

function described({ supportedFeatures, finalizedFeatures, finalizedFeaturesEpoch }: FeatureMetadata): readonly string[] {
  return [...supportedFeatures]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([feature, { min, max }]) => {
      const level = (of: number): string => levelName(feature, of).padEnd(15)
      const columns = [
        `Feature: ${feature.padEnd(40)}`,
        `SupportedMinVersion: ${level(min)}`,
        `SupportedMaxVersion: ${level(max)}`,
        `FinalizedVersionLevel: ${level(finalizedFeatures.get(feature)?.max ?? 0)}`,
        `Epoch: ${finalizedFeaturesEpoch ?? '-'}`,
      ]
      return columns.join('  ')
    })
}

function levelName(feature: string, level: number): string {
  return feature === 'metadata.version' ? (metadataVersionName(level) ?? `UNKNOWN ${level}`) : String(level)
}

interface Updating {
  readonly verb: 'upgrade' | 'downgrade' | 'disable'
  readonly isDryRun: boolean
  readonly say: (lines: readonly string[]) => void
}

async function update(admin: Admin, updates: readonly FeatureUpdate[], { verb, isDryRun, say }: Updating): Promise<number> {
  if (updates.length === 0) throw new Terse(`You must specify at least one feature to ${verb}`)
  const outcomes = await admin.updateFeatures(updates, { validateOnly: isDryRun }).settled()
  let failures = 0
  for (const [feature, outcome] of [...outcomes].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    const level = updates.find((each) => each.feature === feature)?.maxVersionLevel ?? 0
    if (outcome.ok) {
      const done = verb === 'disable' ? 'disabled' : `${verb}d to ${level}`
      say([`${feature} ${isDryRun ? 'can be' : 'was'} ${done}.`])
    } else {
      failures++
      const wanted = verb === 'disable' ? `disable ${feature}` : `${verb} ${feature} to ${level}`
      say([`${isDryRun ? 'Can not' : 'Could not'} ${wanted}. ${javaMessage(outcome.error)}`])
    }
  }
  if (failures > 0) throw new Terse(`${failures} out of ${updates.length} operation(s) failed.`)
  return 0
}
