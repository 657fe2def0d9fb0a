import { readFileSync } from 'node:fs'
import { nearestName, parseProperties } from '@odradek/common/config'
import { UserError } from '@odradek/common/errors'
import { UsageError } from '../../usage-error.ts'
import { text, texts } from '../options.ts'
import type { ValuesOf } from '../options.ts'
import { profilesFile, readProfiles } from './profile.ts'

/** What every command takes that talks to a cluster. */
export const connectionOptions = {
  'bootstrap-server': text('HOST:PORT', 'where the cluster is; localhost:9092 when nothing says so', { short: 'b' }),
  profile: text('NAME', 'a way to a cluster that was kept with `odradek profile set`'),
  'command-config': text('FILE', 'settings of the client, a .properties file of Kafka'),
  set: texts('KEY=VALUE', 'one setting of the client, such as security.protocol=SSL', { short: 'X' }),
}

type Environment = Readonly<Record<string, string | undefined>>

export type ClientSettings = Readonly<Record<string, string>> & { readonly 'bootstrap.servers': string }

/** Settings of the client, weakest first: the profile, a file, the environment, `-X`, `-b`. */
export function clientSettings(options: ValuesOf<typeof connectionOptions>, environment: Environment): ClientSettings {
  const settings: Record<string, string> = { ...profileOf(options.profile ?? environment['ODRADEK_PROFILE'], environment) }
  if (options['command-config'] !== undefined) Object.assign(settings, propertiesOf(options['command-config']))
  const bootstrap = environment['ODRADEK_BOOTSTRAP_SERVERS'] ?? environment['KAFKA_BOOTSTRAP_SERVERS']
  if (bootstrap !== undefined) settings['bootstrap.servers'] = bootstrap
  for (const given of options.set) {
    const at = given.indexOf('=')
    if (at <= 0) throw new UsageError(`-X ${given}: write it as KEY=VALUE`)
    settings[given.slice(0, at)] = given.slice(at + 1)
  }
  if (options['bootstrap-server'] !== undefined) settings['bootstrap.servers'] = options['bootstrap-server']
  return { ...settings, 'bootstrap.servers': settings['bootstrap.servers'] ?? 'localhost:9092' }
}

function profileOf(name: string | undefined, environment: Environment): Readonly<Record<string, string>> {
  const file = profilesFile(environment)
  const { current, profiles } = readProfiles(file)
  const wanted = name ?? current
  if (wanted === undefined) return {}
  const found = profiles.get(wanted)
  if (found !== undefined) return found
  const nearest = nearestName(wanted, profiles.keys())
  throw new UserError(
    `there is no profile ${wanted} in ${file}.${nearest === undefined ? ` Make it: odradek profile set ${wanted} bootstrap.servers=HOST:PORT` : ` Did you mean ${nearest}?`}`,
  )
}

function propertiesOf(file: string): Readonly<Record<string, string>> {
  try {
    return Object.fromEntries(parseProperties(readFileSync(file, 'utf8')))
  } catch (error) {
    throw new UserError(`--command-config ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}
