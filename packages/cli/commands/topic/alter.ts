import { command } from '../command.ts'
import { changePlan } from '../config/change-plan.ts'
import { failures } from '../failures.ts'
import { count, flag, texts } from '../options.ts'
import { settingOf } from '../units/setting.ts'
import { someWords } from '../words.ts'
import { UsageError } from '../../usage-error.ts'
import { chooseTopics } from './choose-topics.ts'

export const topicAlter = command({
  path: 'topic alter',
  summary: 'give topics more partitions or other settings',
  words: 'NAME…',
  options: {
    partitions: count('N', 'how many partitions they are to have; never fewer than now', { short: 'p' }),
    config: texts('KEY=VALUE', 'a setting, also with units: retention.ms=1d', { short: 'c' }),
    unset: texts('KEY', 'take a setting back to its default'),
    'dry-run': flag('let the broker check it, show what would change, and change nothing'),
  },
  examples: ['odradek topic alter orders -p 12', 'odradek topic alter orders -c retention.ms=1d --unset cleanup.policy --dry-run'],
  completes: 'topic',
  async run({ options, words, admin, output, terminal }) {
    const client = await admin()
    const names = await chooseTopics(client, someWords(words, 'topics'))
    const sets = options.config.map((given) => settingOf('-c', given))
    if (options.partitions === undefined && sets.length === 0 && options.unset.length === 0)
      throw new UsageError('say what to change: -p N, -c KEY=VALUE or --unset KEY')
    const validateOnly = options['dry-run']
    let code = 0
    if (options.partitions !== undefined) {
      const totalCount = options.partitions
      const outcomes = await client
        .createPartitions(
          names.map((topic) => ({ topic, totalCount })),
          { validateOnly },
        )
        .settled()
      code = failures(outcomes, (name) => `topic ${name}`, terminal)
    }
    if (sets.length > 0 || options.unset.length > 0) {
      const resources = names.map((name) => ({ type: 'TOPIC' as const, name }))
      await output.done((await changePlan(client, resources, sets, options.unset)).trimEnd())
      const ops = [
        ...sets.map(([name, value]) => ({ op: 'set' as const, name, value })),
        ...options.unset.map((name) => ({ op: 'delete' as const, name })),
      ]
      const outcomes = await client
        .incrementalAlterConfigs(
          resources.map((resource) => ({ ...resource, ops })),
          { validateOnly },
        )
        .settled()
      code = Math.max(
        code,
        failures(outcomes, ({ name }) => `topic ${name}`, terminal),
      )
    }
    if (validateOnly) terminal.err('Nothing was changed: --dry-run\n')
    else if (code === 0 && options.partitions !== undefined) await output.done(`${names.join(', ')}: ${options.partitions} partitions`)
    return code
  },
})
