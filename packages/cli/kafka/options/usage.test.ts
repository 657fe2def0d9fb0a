import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RecordedTerminal } from '../../recorded-terminal.ts'
import { Exit } from '../exit.ts'
import { runTool } from '../main.ts'
import type { Tool } from '../tool.ts'
import { illegalArgument } from '../java-error.ts'
import { OptionParser } from './joptsimple.ts'
import { Usage } from './usage.ts'

const parser = new OptionParser({
  topic: { doc: 'A name.', argument: 'topic' },
  list: { doc: 'All.' },
  create: { doc: 'One.' },
  'command-config': { doc: 'A file.', argument: 'file' },
  'admin.config': { doc: 'The same.', argument: 'file' },
})

/** What a person sees of a tool that does this with its command line. */
async function run(args: readonly string[], act: (usage: Usage, options: ReturnType<typeof parser.parse>) => void) {
  const terminal = new RecordedTerminal()
  const tool: Tool = {
    name: 'kafka-trial',
    async run() {
      const usage = new Usage(terminal, parser)
      act(
        usage,
        usage.parse(() => parser.parse(args)),
      )
      await terminal.out('done\n')
      return 0
    },
  }
  const code = await runTool(tool, args, terminal)
  return { code, out: terminal.stdout, firstError: terminal.stderr.split('\n')[0], hasHelp: terminal.stderr.includes(parser.help()) }
}

test('a command line that does not go is answered with a sentence and the help on stderr, and 1', async () => {
  const { code, out, firstError, hasHelp } = await run(['--list'], (usage) => usage.fail('Not so.'))
  assert.deepEqual({ code, out, firstError, hasHelp }, { code: 1, out: '', firstError: 'Not so.', hasHelp: true })
})

test('--help and no arguments show the help with code 1, --version goes to stdout with 0', async () => {
  const act = (args: readonly string[]) => run(args, (usage, options) => usage.helpOrVersion(options, args, 'This tool tries.'))
  for (const args of [['--help'], []]) {
    const { code, firstError, hasHelp } = await act(args)
    assert.deepEqual([code, firstError, hasHelp], [1, 'This tool tries.', true])
  }
  const { code, out, firstError } = await act(['--version'])
  assert.deepEqual([code, firstError], [0, ''])
  assert.match(out, /^\d+\.\d+\.\d+ \(Odradek .+\)\n$/)
})

test('an unknown option shows the help where a tool says so', async () => {
  const { code, firstError, hasHelp } = await run(['--nothing'], () => undefined)
  assert.deepEqual([code, firstError, hasHelp], [1, 'nothing is not a recognized option', true])
})

test('what is missing, too much or contradicts itself is named as Kafka names it', async () => {
  const said = async (args: readonly string[], act: Parameters<typeof run>[1]): Promise<string | undefined> => {
    const { code, out, firstError } = await run(args, act)
    assert.deepEqual([code, out], firstError === '' ? [0, 'done\n'] : [1, ''])
    return firstError
  }
  assert.equal(await said(['--list'], (usage, options) => usage.required(options, 'list', 'topic')), 'Missing required argument "[topic]"')
  assert.equal(await said(['--list', '--topic=t'], (usage, options) => usage.required(options, 'list', 'topic')), '')
  assert.equal(
    await said(['--list', '--topic=t'], (usage, options) => usage.invalid(options, 'topic', 'create', 'list')),
    'Option "[topic]" can\'t be used with option "[list]"',
  )
  assert.equal(await said(['--list'], (usage, options) => usage.invalid(options, 'topic', 'create', 'list')), '')
  assert.equal(
    await said(['--list', '--create', '--topic=t'], (usage, options) =>
      usage.invalidBesideAll(options, ['list', 'create'], ['topic'], ' So.'),
    ),
    'Option combination "[[list], [create]]" can\'t be used with option "[topic]" So.',
  )
  assert.equal(
    await said(['--list', '--create'], (usage, options) => usage.exactlyOne(options, 'list', 'create')),
    'Exactly one of the following arguments is required: [list], [create]',
  )
})

test('an old name goes for ever, with a line on stderr and nothing among the data', async () => {
  const old = ['--admin.config', 'f']
  const { code, out, firstError, hasHelp } = await run(old, (usage, options) => {
    assert.equal(usage.renamed(options, 'command', 'admin.config', 'command-config'), 'admin.config')
  })
  assert.deepEqual([code, out, hasHelp], [0, 'done\n', false])
  assert.equal(
    firstError,
    'Option --admin.config has been deprecated and will be removed in a future version. Use --command-config instead.',
  )
  const both = await run([...old, '--command-config', 'g'], (usage, options) =>
    usage.notTogether(options, 'command-config', 'admin.config'),
  )
  assert.deepEqual([both.code, both.firstError], [1, 'Options --command-config and --admin.config cannot be specified together.'])
})

test('what nobody catches is shown as Java shows it, without a stack, and gives 1', async () => {
  const { code, firstError } = await run([], () => {
    throw illegalArgument('--bootstrap-server must be specified')
  })
  assert.deepEqual(
    [code, firstError],
    [1, 'Exception in thread "main" java.lang.IllegalArgumentException: --bootstrap-server must be specified'],
  )
  const exit = await run([], () => {
    throw new Exit(3)
  })
  assert.deepEqual([exit.code, exit.firstError], [3, ''])
})
