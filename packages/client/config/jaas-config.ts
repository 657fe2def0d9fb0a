import { ConfigError } from '../errors/config-error.ts'

/** One login module with its options. */
export interface JaasEntry {
  readonly module: string
  readonly options: Readonly<Record<string, string>>
}

/**
 * Reads the notation of `sasl.jaas.config`: `<class> required name="value" …;`, values in double or single quotes or bare.
 * Throws `ConfigError`, in which none of the text is repeated: it has a password in it.
 */
export function parseJaasConfig(text: string): JaasEntry {
  const tokens = [...text.matchAll(/"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|([;=])|([^\s;="']+)/gs)].map(
    ([, double, single, sign, word]) => ({ sign, value: word ?? unescaped(double ?? single ?? '') }),
  )
  const [module, flag] = tokens
  const isFlag = flag !== undefined && /^(required|requisite|sufficient|optional)$/i.test(flag.value)
  if (module === undefined || module.sign !== undefined || !isFlag)
    throw malformed('it must begin with the name of a login module and the word required')
  if (tokens.at(-1)?.sign !== ';') throw malformed('it must end with a semicolon')
  const options: Record<string, string> = {}
  const rest = tokens.slice(2, -1)
  for (let at = 0; at < rest.length; at += 3) {
    const [name, equals, value] = rest.slice(at, at + 3)
    if (name === undefined || name.sign !== undefined || equals?.sign !== '=' || value === undefined || value.sign !== undefined) {
      throw malformed('behind the word required stand options as name="value"')
    }
    options[name.value] = value.value
  }
  return { module: module.value, options }
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/gs, '$1')
}

function malformed(reason: string): ConfigError {
  return new ConfigError(
    `sasl.jaas.config can not be read: ${reason}. An example: org.apache.kafka.common.security.scram.ScramLoginModule required username="alice" password="…";`,
    { settings: ['sasl.jaas.config'] },
  )
}
