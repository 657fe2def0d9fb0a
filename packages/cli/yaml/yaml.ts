import { UserError } from '@odradek/common/errors'
import { parse, stringify, YAMLParseError } from 'yaml'

/** The only door to the YAML library: data out of a text. @throws UserError with line and column. */
export function parseYaml(text: string, file: string): unknown {
  try {
    return parse(text, { prettyErrors: true })
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error
    throw new UserError(`${file} is not YAML: ${error.message.split('\n')[0] ?? ''}`, { cause: error })
  }
}

export function formatYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0 })
}
