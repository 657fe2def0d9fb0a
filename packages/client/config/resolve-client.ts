import { ConfigError as TextError, parseSetting } from '@odradek/common/config'
import { ConfigError } from '../errors/config-error.ts'
import { readGiven } from './given.ts'
import type { Options, Remarks } from './resolution.ts'
import { sharedConfig, vocabularies } from './vocabulary.ts'

/** Looks over what a `Kafka` was given, so that a misspelled name is told where it stands, and once. Throws `ConfigError`. */
export function checkShared(options: Options, remarks: Remarks): void {
  const given = readGiven(options, vocabularies.client)
  const wrong = [...given.wrong]
  if (!['bootstrap.servers', 'bootstrap.controllers'].some((name) => given.texts.has(name))) {
    wrong.push("bootstrapServers is missing: write new Kafka({ bootstrapServers: 'localhost:9092' }), with brokers of your own.")
  }
  // Once more by each client; but whoever mistypes an address should hear of it where it stands.
  for (const name of ['bootstrap.servers', 'bootstrap.controllers'] as const) {
    const found = given.texts.get(name)
    try {
      if (found !== undefined) parseSetting(found.spelled, sharedConfig[name], found.text)
    } catch (error) {
      if (!(error instanceof TextError)) throw error
      wrong.push(`${error.message}.`.replace(/\.\.$/, '.'))
    }
  }
  if (wrong.length > 0) throw new ConfigError(wrong.join('\n'))
  for (const warning of given.warnings) remarks.warn(warning)
}
