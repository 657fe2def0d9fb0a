import { commonOptions } from '../command.ts'
import type { Command } from '../command.ts'
import type { Options } from '../options.ts'

/** What a cluster has, asked only when it is needed. */
export interface Known {
  topics(): Promise<readonly string[]>
  groups(): Promise<readonly string[]>
}

/** What may stand in place of the last word, which is being typed. `commands`: all there are; `others`: words that are commands of their own. */
export async function complete(
  words: readonly string[],
  { commands, others, known }: { readonly commands: readonly Command[]; readonly others: readonly string[]; readonly known: Known },
): Promise<readonly string[]> {
  const typed = words.at(-1) ?? ''
  const before = words.slice(0, -1)
  const startsSo = (found: readonly string[]): readonly string[] => [...new Set(found)].filter((word) => word.startsWith(typed)).toSorted()
  const heads = commands.map(({ path }) => path.split(' '))
  if (before.length === 0) return startsSo([...heads.map(([noun = '']) => noun), ...others])

  const command = commands.find(({ path }) => path === before[0] || path === `${before[0]} ${before[1] ?? ''}`)
  if (command === undefined)
    return startsSo(heads.flatMap(([noun, verb]) => (before.length === 1 && noun === before[0] && verb !== undefined ? [verb] : [])))
  const options: Options = { ...commonOptions, ...command.options }
  const spec = options[before.at(-1)?.replace(/^--/, '') ?? ''] ?? Object.values(options).find(({ short }) => `-${short}` === before.at(-1))
  if (before.at(-1)?.startsWith('-') === true && spec !== undefined && spec.kind !== 'flag')
    return startsSo(spec.kind === 'text' ? (spec.choices ?? []) : [])
  if (typed.startsWith('-')) return startsSo(Object.keys(options).map((name) => `--${name}`))
  if (command.completes === 'topic') return startsSo(await known.topics())
  if (command.completes === 'group') return startsSo(await known.groups())
  return []
}
