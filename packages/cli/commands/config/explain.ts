import { nearestName } from '@odradek/common/config'
import { UserError } from '@odradek/common/errors'
import { command } from '../command.ts'
import { resourceOf } from './resource.ts'
import { UsageError } from '../../usage-error.ts'

export const configExplain = command({
  path: 'config explain',
  summary: 'say what a setting is for, its value, and where that comes from',
  words: 'topic/NAME | broker/ID | group/NAME SETTING',
  options: {},
  examples: ['odradek config explain topic/orders retention.ms'],
  async run({ words, admin, output }) {
    const [what, name, more] = words
    if (what === undefined || name === undefined || more !== undefined)
      throw new UsageError('name what it is of and the setting: topic/orders retention.ms')
    const resource = resourceOf(what)
    const found = (await (await admin()).describeConfigs([resource], { includeSynonyms: true, includeDocumentation: true })).get(resource)
    const entries = [...(found?.values() ?? [])]
    const entry = entries.find((one) => one.name === name)
    if (entry === undefined) {
      const nearest = nearestName(
        name,
        entries.map((one) => one.name),
      )
      throw new UserError(`${what} has no setting ${name}.${nearest === undefined ? '' : ` Did you mean ${nearest}?`}`)
    }
    const { value, source, type, isReadOnly, documentation = '', synonyms } = entry
    const chain = synonyms.map(
      (synonym) => `  ${synonym.name} = ${synonym.value ?? 'null'}  (${synonym.source.toLowerCase().replaceAll('_', ' ')})\n`,
    )
    await output.item({
      data: { name, value, source, type, isReadOnly, documentation, synonyms },
      text: `${name} = ${entry.isSensitive ? '(secret)' : (value ?? 'null')}   ${type.toLowerCase()}${isReadOnly ? ', changed by a restart only' : ''}\n\n${documentation === '' ? '' : `${documentation}\n\n`}Where it comes from, the first wins:\n${chain.join('')}`,
    })
  },
})
