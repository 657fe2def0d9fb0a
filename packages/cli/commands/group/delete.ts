import { command } from '../command.ts'
import { confirmed } from '../confirm.ts'
import { failures } from '../failures.ts'
import { flag } from '../options.ts'
import { someWords } from '../words.ts'
import { chooseGroups } from './choose-groups.ts'

export const groupDelete = command({
  path: 'group delete',
  summary: 'delete groups without members, and their offsets',
  words: 'NAME…',
  options: { yes: flag('do not ask', { short: 'y' }) },
  completes: 'group',
  async run({ options, words, admin, output, terminal }) {
    const client = await admin()
    const groups = await chooseGroups(client, someWords(words, 'groups'))
    if (!options.yes && !(await confirmed(terminal, `Delete ${groups.join(', ')} and all offsets?`))) return 1
    const outcomes = await client.deleteConsumerGroups(groups).settled()
    const gone = groups.filter((group) => outcomes.get(group)?.ok)
    if (gone.length > 0) await output.done(`Deleted ${gone.join(', ')}`)
    return failures(outcomes, (group) => `group ${group}`, terminal)
  },
})
