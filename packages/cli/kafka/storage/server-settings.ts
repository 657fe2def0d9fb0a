import { readFileSettings } from '@odradek/broker/config'
import { UserError } from '@odradek/common/errors'
import { localDefaults } from '../../start/arguments.ts'
import { propertiesFile } from '../clients.ts'
import { JavaError } from '../java-error.ts'

/** What a server.properties says of storage. */
export interface ServerSettings {
  readonly nodeId: number
  /** As they are written; the first one has the metadata. */
  readonly directories: readonly string[]
  /** Undefined where the file does not say: then the process is all that it can be. */
  readonly roles: readonly string[] | undefined
  readonly voters: readonly string[]
}

/** Throws as Java does when there is no such file, or when a setting does not go. */
export function serverSettings(path: string): ServerSettings {
  const file = new Map(Object.entries(propertiesFile(path)))
  const settings = new Map(file)
  // Where a broker would put its data if nobody said otherwise.
  for (const [name, value] of localDefaults) if (name !== 'log.dirs' || !file.has('log.dir')) settings.set(name, file.get(name) ?? value)
  try {
    const { config } = readFileSettings(settings)
    return {
      nodeId: config['node.id'],
      directories: config['log.dirs'] ?? config['log.dir'],
      roles: file.has('process.roles') ? config['process.roles'] : undefined,
      voters: config['controller.quorum.voters'],
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    throw new JavaError('org.apache.kafka.common.config.ConfigException', error.message)
  }
}
