import type { Admin } from '@odradek/client'
import type { Terminal } from '../../terminal.ts'
import { Exit } from '../exit.ts'
import { inJava } from '../in-java.ts'
import { JavaError } from '../java-error.ts'
import { openAdmin } from '../open-admin.ts'
import type { Tool } from '../tool.ts'
import { describeGroups } from './describe.ts'
import { consumerGroups, listGroups } from './list.ts'
import { groupsOptions, usageOf } from './options.ts'
import type { GroupsOptions } from './options.ts'

/** Lists, describes and deletes groups of consumers, and sets their offsets. What goes wrong there is said, and is exit code 0 all the same, as with Kafka's. */
export const tool: Tool = {
  name: 'kafka-consumer-groups',
  async run(args, terminal) {
    const options = groupsOptions(args, terminal)
    if (options.has('validate-regex')) return validate(options.value('validate-regex') ?? '', terminal)
    try {
      await using admin = await openAdmin({
        terminal,
        bootstrapServer: options.value('bootstrap-server'),
        commandConfig: options.value('command-config'),
      })
      await act(admin, options, terminal)
    } catch (error) {
      if (error instanceof Exit) throw error
      if (error instanceof JavaError && error.javaClass === 'java.lang.IllegalArgumentException') usageOf(terminal).fail(error.message)
      const { message, trace } = await inJava(error)
      void terminal.out(`\nError: Executing consumer group command failed due to ${message}\n`)
      terminal.err(trace.endsWith('\n') ? trace : `${trace}\n`)
    }
    return 0
  },
}

async function act(admin: Admin, options: GroupsOptions, terminal: Terminal): Promise<void> {
  // Kafka's tool looks at the numbers before it does anything.
  for (const name of ['to-offset', 'shift-by'] as const) options.long(name)
  const timeoutMs = Number(options.long('timeout') ?? 30_000n)
  const groups = async (): Promise<readonly string[]> =>
    options.has('all-groups') ? await consumerGroups(admin, timeoutMs) : [...new Set(options.values('group'))]
  if (options.has('list')) void terminal.out(await listGroups(admin, options, timeoutMs))
  else if (options.has('describe')) await describeGroups(admin, await groups(), options, { terminal, timeoutMs })
  else if (options.has('delete')) {
    const { deleteGroups } = await import('./delete.ts')
    void terminal.out(await deleteGroups(admin, await groups(), timeoutMs))
  } else if (options.has('reset-offsets')) {
    const { resetOffsets } = await import('./reset.ts')
    await resetOffsets({ admin, options, terminal, timeoutMs, nowMs: Date.now() }, await groups())
  } else {
    const { deleteOffsets } = await import('./delete.ts')
    void terminal.out(await deleteOffsets(admin, options.value('group') ?? '', options.values('topic'), timeoutMs))
  }
}

/** By the rules of JavaScript without what RE2 does not have: references back, and looking around. */
function validate(regex: string, terminal: Terminal): number {
  const problem = problemOf(regex)
  void terminal.out(`The regular expression \`${regex}\` is ${problem === undefined ? 'valid' : `invalid: ${problem}`}.\n`)
  return 0
}

function problemOf(regex: string): string | undefined {
  const reference = /(?<!\\)(?:\\\\)*\\[1-9]/.exec(regex)
  if (reference !== null) return 'invalid escape sequence'
  if (/\(\?(?:<?[=!])/.test(regex)) return 'invalid or unsupported Perl syntax'
  try {
    void new RegExp(regex)
    return undefined
  } catch (error) {
    const words = error instanceof Error ? error.message.replace(/^Invalid regular expression: \/.*\/\w*: /s, '') : String(error)
    const known: Readonly<Record<string, string>> = {
      'Unterminated character class': 'missing closing ]',
      'Unterminated group': 'missing closing )',
      "Unmatched ')'": 'unexpected )',
      'Nothing to repeat': 'missing argument to repetition operator',
      '\\ at end of pattern': 'trailing backslash at end of expression',
    }
    return known[words] ?? words
  }
}
