import { readFileSync } from 'node:fs'
import { UserError } from '@odradek/common/errors'
import { UsageError } from '../../usage-error.ts'
import { parseYaml } from '../../yaml/yaml.ts'
import { command } from '../command.ts'
import { confirmed } from '../confirm.ts'
import { failures } from '../failures.ts'
import { flag, text } from '../options.ts'
import { noWords } from '../words.ts'
import { wishesOf } from './topic-wishes.ts'
import { planOf, shownPlan } from './plan.ts'
import { currentTopics } from './current-topics.ts'

export const apply = command({
  path: 'apply',
  summary: 'make topics be as a file says, after showing what would change',
  words: '',
  options: {
    file: text('FILE', 'YAML: topics with partitions, replicas and config; - is the standard input', { short: 'f' }),
    prune: flag('delete topics that are not in the file, and settings that it does not name'),
    yes: flag('do not ask', { short: 'y' }),
    'dry-run': flag('show what would change, and change nothing; exit code 0'),
  },
  examples: ['odradek apply -f topics.yaml --dry-run', 'odradek apply -f topics.yaml --yes'],
  async run({ options, words, admin, output, terminal }) {
    noWords(words)
    const { file } = options
    if (file === undefined) throw new UsageError('name the file: -f topics.yaml')
    const wishes = wishesOf(parseYaml(await contentOf(file, terminal.input), file), file)
    const client = await admin()
    const plan = planOf(wishes, await currentTopics(client, [...wishes.keys()], options.prune), options.prune)
    await output.item({ data: plan, text: shownPlan(plan) })
    if (options['dry-run'] || plan.length === 0) return 0
    if (!options.yes && !(await confirmed(terminal, 'Do this?'))) return 1

    let code = 0
    const created = plan.flatMap((step) => (step.kind === 'create' ? [step] : []))
    if (created.length > 0)
      code |= failures(
        await client
          .createTopics(
            created.map(({ topic, partitions, replicas, config }) => ({ name: topic, partitions, replicationFactor: replicas, config })),
          )
          .settled(),
        (name) => `topic ${name}`,
        terminal,
      )
    const grown = plan.flatMap((step) => (step.kind === 'grow' ? [{ topic: step.topic, totalCount: step.after }] : []))
    if (grown.length > 0) code |= failures(await client.createPartitions(grown).settled(), (name) => `topic ${name}`, terminal)
    const ops = new Map<
      string,
      ({ readonly op: 'set'; readonly name: string; readonly value: string } | { readonly op: 'delete'; readonly name: string })[]
    >()
    for (const step of plan) {
      if (step.kind === 'set') ops.set(step.topic, [...(ops.get(step.topic) ?? []), { op: 'set', name: step.setting, value: step.after }])
      if (step.kind === 'unset') ops.set(step.topic, [...(ops.get(step.topic) ?? []), { op: 'delete', name: step.setting }])
    }
    if (ops.size > 0) {
      const changes = [...ops].map(([name, all]) => ({ type: 'TOPIC' as const, name, ops: all }))
      code |= failures(await client.incrementalAlterConfigs(changes).settled(), ({ name }) => `topic ${name}`, terminal)
    }
    const deleted = plan.flatMap((step) => (step.kind === 'delete' ? [step.topic] : []))
    if (deleted.length > 0) code |= failures(await client.deleteTopics(deleted).settled(), (name) => `topic ${name}`, terminal)
    if (code === 0) await output.done('Done.')
    return code
  },
})

async function contentOf(file: string, input: NodeJS.ReadableStream): Promise<string> {
  try {
    if (file !== '-') return readFileSync(file, 'utf8')
    let content = ''
    for await (const chunk of input) content += chunk.toString()
    return content
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}
