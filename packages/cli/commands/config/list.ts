import { command } from '../command.ts'
import { flag } from '../options.ts'
import { oneWord } from '../words.ts'
import { resourceOf } from './resource.ts'

export const configList = command({
  path: 'config list',
  summary: 'show settings, and where their values come from',
  words: 'topic/NAME | broker/ID | broker | group/NAME',
  options: { all: flag('those too that have their default value', { short: 'a' }) },
  examples: ['odradek config list topic/orders', 'odradek config list broker/1 --all'],
  async run({ options, words, admin, output }) {
    const resource = resourceOf(oneWord(words, 'what the settings are of'))
    const entries = (await (await admin()).describeConfigs([resource])).get(resource) ?? new Map()
    await output.list({
      columns: [
        { name: 'SETTING', of: ({ name }) => name },
        { name: 'VALUE', of: ({ value, isSensitive }) => (isSensitive ? '(secret)' : (value ?? undefined)) },
        { name: 'SOURCE', of: ({ source }) => source.toLowerCase().replaceAll('_', ' ') },
        { name: 'READ-ONLY', of: ({ isReadOnly }) => (isReadOnly ? 'yes' : 'no'), isWide: true },
      ],
      rows: [...entries.values()].filter(({ isDefault }) => options.all || !isDefault).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      data: ({ name, value, source, isReadOnly, isSensitive }) => ({ name, value, source, isReadOnly, isSensitive }),
      nameOf: ({ name }) => name,
      whenEmpty: 'All settings have their default values; --all shows them.',
    })
  },
})
