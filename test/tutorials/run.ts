/**
 * Two introductory Kafka tutorials, word for word with Apache's own tools, against our broker (or `--bootstrap host:port`).
 * Needs Java and Maven; prints why when they are not here. Run it with `npm run compat -- tutorials` or `node test/tutorials/run.ts`.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startOurs } from '../compat/ours.ts'
import { firstLine, kit } from '../compat/present.ts'

const { values: flags } = parseArgs({ options: { bootstrap: { type: 'string' } } })

interface Step {
  readonly tool: string
  readonly args: readonly string[]
  readonly input?: string
  /** What stdout must match; a list: each line, in any order. */
  readonly prints: RegExp | readonly string[]
  /** For tools that run until they are stopped: interrupted when stdout has this many lines. */
  readonly untilLines?: number
}

const scratch = mkdtempSync(join(tmpdir(), 'odradek-tutorials-'))
const offsetsFile = join(scratch, 'delete-topic.json')
writeFileSync(offsetsFile, '{"partitions": [{"topic": "my-topic", "partition": 1, "offset": -1}], "version": 1}')

/** The chapter of the book: a topic of users. */
const users: readonly Step[] = [
  {
    tool: 'kafka-topics',
    args: ['--create', '--topic', 'users', '--partitions', '4', '--replication-factor', '1'],
    prints: /^Created topic users\.$/m,
  },
  {
    tool: 'kafka-topics',
    args: ['--describe', '--topic', 'users'],
    prints:
      /Topic: users\tTopicId: [\w-]{22}\tPartitionCount: 4\tReplicationFactor: 1\tConfigs: .*\n(?:\tTopic: users\tPartition: \d\tLeader: 1\tReplicas: 1\tIsr: 1\tElr: ?\tLastKnownElr: ?\n?){4}/,
  },
  {
    tool: 'kafka-console-producer',
    args: ['--property', 'key.separator=,', '--property', 'parse.key=true', '--topic', 'users'],
    input: '1,mitch\n2,elyse\n3,isabelle\n4,sammy\n',
    prints: /^(?:Warning: --property .*\n|>|\n)*$/,
  },
  {
    tool: 'kafka-console-consumer',
    args: ['--topic', 'users', '--from-beginning'],
    untilLines: 4,
    prints: ['mitch', 'elyse', 'isabelle', 'sammy'],
  },
  {
    tool: 'kafka-console-consumer',
    args: [
      '--topic',
      'users',
      '--property',
      'print.timestamp=true',
      '--property',
      'print.key=true',
      '--property',
      'print.value=true',
      '--property',
      'print.partition=true',
      '--from-beginning',
    ],
    untilLines: 4,
    // murmur2 over four partitions: keys 1, 2, 3, 4 land on 3, 0, 3, 1.
    prints: [
      'CreateTime:T\tPartition:3\t1\tmitch',
      'CreateTime:T\tPartition:0\t2\telyse',
      'CreateTime:T\tPartition:3\t3\tisabelle',
      'CreateTime:T\tPartition:1\t4\tsammy',
    ],
  },
]

/** The study note: a topic with settings, a group, offsets, deletion. */
const myTopic: readonly Step[] = [
  {
    tool: 'kafka-topics',
    args: ['--create', '--partitions', '3', '--config', 'retention.ms=172800000', '--topic', 'my-topic'],
    prints: /^Created topic my-topic\.$/m,
  },
  { tool: 'kafka-topics', args: ['--list'], prints: /^my-topic$/m },
  {
    tool: 'kafka-topics',
    args: ['--describe', '--topic', 'my-topic'],
    prints: /PartitionCount: 3\tReplicationFactor: 1\tConfigs: .*retention\.ms=172800000/,
  },
  {
    tool: 'kafka-configs',
    args: ['--entity-type', 'topics', '--entity-name', 'my-topic', '--alter', '--add-config', 'retention.ms=86400000'],
    prints: /^Completed updating config for topic my-topic\.$/m,
  },
  {
    tool: 'kafka-configs',
    args: ['--entity-type', 'topics', '--entity-name', 'my-topic', '--describe'],
    prints: /retention\.ms=86400000 sensitive=false synonyms=\{DYNAMIC_TOPIC_CONFIG:retention\.ms=86400000/,
  },
  {
    tool: 'kafka-console-producer',
    args: ['--topic', 'my-topic', '--property', 'parse.key=true', '--property', 'key.separator=:'],
    input: 'a:one\nb:two\nc:three\n',
    prints: /^(?:Warning: --property .*\n|>|\n)*$/,
  },
  {
    tool: 'kafka-console-consumer',
    args: [
      '--topic',
      'my-topic',
      '--property',
      'print.key=true',
      '--property',
      'key.separator=:',
      '--group',
      'my-group',
      '--from-beginning',
    ],
    untilLines: 3,
    prints: ['a:one', 'b:two', 'c:three'],
  },
  { tool: 'kafka-consumer-groups', args: ['--list'], prints: /^my-group$/m },
  {
    tool: 'kafka-consumer-groups',
    args: ['--group', 'my-group', '--describe'],
    prints:
      /GROUP +TOPIC +PARTITION +CURRENT-OFFSET +LOG-END-OFFSET +LAG[^]*my-group +my-topic +1 +2 +2 +0[^]*my-group +my-topic +2 +1 +1 +0/,
  },
  {
    tool: 'kafka-verifiable-producer',
    args: ['--max-messages', '1000', '--topic', 'verify-test'],
    prints: /"name":"tool_data".*"sent":1000.*"acked":1000|"acked":1000.*"sent":1000/,
  },
  {
    tool: 'kafka-verifiable-consumer',
    args: ['--topic', 'verify-test', '--group-id', 'test-group', '--max-messages', '1000', '--reset-policy', 'earliest'],
    prints: /"name":"records_consumed"[^]*"name":"offsets_committed"[^]*"success":true/,
  },
  { tool: 'kafka-delete-records', args: ['--offset-json-file', offsetsFile], prints: /partition: my-topic-1\tlow_watermark: 2/ },
]

async function run(bootstrap: string, step: Step): Promise<string> {
  const child = spawn(kit.path, ['tool', step.tool, '--', '--bootstrap-server', bootstrap, ...step.args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let [out, errors] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
    if (step.untilLines !== undefined && linesOf(out).length >= step.untilLines) child.kill('SIGTERM')
  })
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  child.stdin.end(step.input ?? '')
  const timer = setTimeout(() => child.kill('SIGKILL'), 60_000)
  await new Promise((done) => child.on('close', done))
  clearTimeout(timer)
  const matches =
    step.prints instanceof RegExp
      ? step.prints.test(out)
      : linesOf(out)
          .map((line) => line.replace(/CreateTime:\d+/, 'CreateTime:T'))
          .toSorted()
          .join('\n') === step.prints.toSorted().join('\n')
  if (!matches)
    throw new Error(
      `${step.tool} ${step.args.join(' ')}\n  printed: ${out}\n  expected: ${String(step.prints)}\n  stderr: ${errors.split('\n').slice(-5).join('\n')}`,
    )
  return out
}

/** Without the lines in which newer tools say that an option has a new name. */
function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '' && !/^(Option|Warning:) --property/.test(line))
}

const missing = firstLine('java', ['-version']) ?? kit.missing()
if (missing !== undefined) {
  process.stdout.write(`tutorials not run: ${missing}\n`)
} else {
  spawnSync(kit.path, ['install'])
  const ours = flags.bootstrap === undefined ? await startOurs(scratch, ['num.partitions=1']) : undefined
  const bootstrap = flags.bootstrap ?? ours?.bootstrap ?? ''
  let [passed, failed] = [0, 0]
  for (const [title, steps] of [
    ['users', users],
    ['my-topic', myTopic],
  ] as const) {
    for (const step of steps) {
      try {
        await run(bootstrap, step)
        passed++
        process.stdout.write(`  ok   ${title}: ${step.tool} ${step.args.join(' ')}\n`)
      } catch (error) {
        failed++
        process.stdout.write(` FAIL  ${title}: ${error instanceof Error ? error.message : String(error)}\n`)
      }
    }
  }
  await ours?.stop()
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
  process.exitCode = failed === 0 ? 0 : 1
}
rmSync(scratch, { recursive: true, force: true })
