import { randomUuid } from '@odradek/common/bytes'
import { systemRandom } from '@odradek/common/random'
import type { Terminal } from '../../terminal.ts'
import { dependencies, dependencyLines, latestRelease, mappingLines } from '../feature-levels.ts'
import { showRefusal } from '../options/argparse.ts'
import { orSayTersely, Terse } from '../terse.ts'
import type { Tool } from '../tool.ts'
import { withArgumentFiles } from './argument-files.ts'
import { parser } from './options.ts'
import type { Options } from './options.ts'

export const tool: Tool = {
  name: 'kafka-storage',
  async run(args, terminal) {
    let options: Options
    try {
      options = parser.parse(withArgumentFiles(args))
    } catch (error) {
      return showRefusal(error, terminal) === 'help' ? 0 : 1
    }
    return orSayTersely(terminal, () => store(options, terminal))
  },
}

async function store(options: Options, terminal: Terminal): Promise<number> {
  const say = (line: string): void => void terminal.out(`${line}\n`)
  if (options.command === 'random-uuid') say(randomUuid(systemRandom))
  else if (options.command === 'version-mapping') mappingLines(options.values['release-version'] ?? latestRelease).forEach(say)
  else if (options.command === 'feature-dependencies') {
    for (const feature of options.values.feature) dependencyLines(...checked(feature)).forEach(say)
  } else if (options.command === 'info') {
    const [{ serverSettings }, { look }, { infoOf }] = await Promise.all([
      import('./server-settings.ts'),
      import('./directories.ts'),
      import('./info.ts'),
    ])
    const { text, code } = infoOf([...new Set(serverSettings(options.values.config).directories)].toSorted().map(look))
    void terminal.out(text)
    return code
  } else {
    const [{ serverSettings }, { format }] = await Promise.all([import('./server-settings.ts'), import('./format.ts')])
    await format(options.values, serverSettings(options.values.config), say)
  }
  return 0
}

/** This tool has words of its own for what is no feature, or no level of one. */
function checked(text: string): readonly [feature: string, level: number] {
  const equals = text.indexOf('=')
  if (equals === -1) throw new Terse(`Invalid feature format: ${text}. Expected format: 'feature=version' (e.g. 'group.version=1')`)
  const [feature, version] = [text.slice(0, equals).trim(), text.slice(equals + 1).trim()]
  const level = /^[+-]?\d+$/.test(version) ? Number(version) : NaN
  if (!(level >= -32_768 && level <= 32_767)) throw new Terse(`Invalid version format: ${version} for feature ${feature}`)
  try {
    if (feature !== 'metadata.version') dependencies(feature, level)
  } catch (error) {
    if (error instanceof Terse && error.message.startsWith('No feature:')) {
      throw new Terse(`Feature level ${level} is not supported for feature ${feature}`, { cause: error })
    }
    throw error
  }
  return [feature, level]
}
