import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { UserError } from '@odradek/common/errors'
import { formatYaml, parseYaml } from '../../yaml/yaml.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Named ways to clusters: settings of the client by Kafka's names, one of them the current one. */
export interface Profiles {
  readonly current: string | undefined
  readonly profiles: ReadonlyMap<string, Readonly<Record<string, string>>>
}

/** `$ODRADEK_PROFILES`, or `odradek/profiles.yaml` where this person keeps configuration (XDG). */
export function profilesFile(environment: Environment): string {
  return (
    environment['ODRADEK_PROFILES'] ??
    join(environment['XDG_CONFIG_HOME'] ?? join(environment['HOME'] ?? homedir(), '.config'), 'odradek', 'profiles.yaml')
  )
}

/** Empty when there is no file. @throws UserError when it cannot be read, or is no such file. */
export function readProfiles(file: string): Profiles {
  let content: string
  try {
    content = readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, 'code') === 'ENOENT') return { current: undefined, profiles: new Map() }
    throw new UserError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
  const data = parseYaml(content, file) ?? {}
  const malformed = (): UserError =>
    new UserError(`${file} is no file of profiles. Each is a name with settings below it; \`odradek profile set NAME KEY=VALUE\` writes it`)
  if (typeof data !== 'object' || Array.isArray(data)) throw malformed()
  const current: unknown = Reflect.get(data, 'current')
  const found: unknown = Reflect.get(data, 'profiles') ?? {}
  if ((current !== undefined && typeof current !== 'string') || typeof found !== 'object' || found === null) throw malformed()
  const profiles = Object.entries(found).map(([name, settings]: [string, unknown]) => {
    if (typeof settings !== 'object' || settings === null) throw malformed()
    return [name, Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, String(value)]))] as const
  })
  return { current, profiles: new Map(profiles) }
}

/** Readable by its owner only: there may be passwords in it. */
export function writeProfiles(file: string, { current, profiles }: Profiles): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(file, formatYaml({ ...(current === undefined ? {} : { current }), profiles: Object.fromEntries(profiles) }), {
    mode: 0o600,
  })
}
