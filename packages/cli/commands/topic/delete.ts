import { command } from '../command.ts'
import { confirmed } from '../confirm.ts'
import { failures } from '../failures.ts'
import { flag } from '../options.ts'
import { someWords } from '../words.ts'
import { chooseTopics } from './choose-topics.ts'

export const topicDelete = command({
  path: 'topic delete',
  summary: 'delete topics and all that is in them',
  words: 'NAME…',
  options: {
    regex: flag('the names are regular expressions that match whole names', { short: 'r' }),
    yes: flag('do not ask', { short: 'y' }),
    'dry-run': flag('say what would be deleted, and delete nothing'),
  },
  examples: ["odradek topic delete -r 'test-.*' --dry-run"],
  completes: 'topic',
  async run({ options, words, admin, output, terminal }) {
    const client = await admin()
    const names = await chooseTopics(client, someWords(words, 'topics'), { asPattern: options.regex })
    if (names.length === 0 || options['dry-run']) {
      await output.done(names.length === 0 ? 'No topic has such a name' : `Would delete ${names.join(', ')}`)
      return 0
    }
    if (
      !options.yes &&
      !(await confirmed(terminal, `Delete ${names.join(', ')} and all records in ${names.length === 1 ? 'it' : 'them'}?`))
    )
      return 1
    const outcomes = await client.deleteTopics(names).settled()
    const gone = names.filter((name) => outcomes.get(name)?.ok)
    if (gone.length > 0) await output.done(`Deleted ${gone.join(', ')}`)
    return failures(outcomes, (name) => `topic ${name}`, terminal)
  },
})
