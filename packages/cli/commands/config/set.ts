import { command } from '../command.ts'
import { failures } from '../failures.ts'
import { flag, texts } from '../options.ts'
import { settingOf } from '../units/setting.ts'
import { UsageError } from '../../usage-error.ts'
import { changePlan } from './change-plan.ts'
import { resourceOf } from './resource.ts'

export const configSet = command({
  path: 'config set',
  summary: 'change settings while the cluster runs',
  words: 'topic/NAME | broker/ID | broker | group/NAME KEY=VALUE…',
  options: {
    unset: texts('KEY', 'take a setting back to its default'),
    'dry-run': flag('let the broker check it, show what would change, and change nothing'),
  },
  examples: ['odradek config set topic/orders retention.ms=1d', 'odradek config set broker log.cleaner.threads=2 --dry-run'],
  async run({ options, words, admin, output, terminal }) {
    const [what, ...given] = words
    if (what === undefined) throw new UsageError('name what the settings are of: topic/orders')
    const sets = given.map((one) => settingOf('config set', one))
    if (sets.length === 0 && options.unset.length === 0) throw new UsageError('say what to change: KEY=VALUE or --unset KEY')
    const resource = resourceOf(what)
    const client = await admin()
    await output.done((await changePlan(client, [resource], sets, options.unset)).trimEnd())
    const ops = [
      ...sets.map(([name, value]) => ({ op: 'set' as const, name, value })),
      ...options.unset.map((name) => ({ op: 'delete' as const, name })),
    ]
    const outcomes = await client.incrementalAlterConfigs([{ ...resource, ops }], { validateOnly: options['dry-run'] }).settled()
    if (options['dry-run']) terminal.err('Nothing was changed: --dry-run\n')
    return failures(outcomes, () => what, terminal)
  },
})
