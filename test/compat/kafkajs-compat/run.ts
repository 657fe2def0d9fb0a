/**
 * Runs each program of programs/ twice against one broker, once with kafkajs and once with `@odradek/kafkajs-compat` in the place of its one import,
 * and compares what they print. The same with the program of ../kafkajs; and a group goes over from one to the other.
 *
 *   npm run compat -- kafkajs-compat --bootstrap host:port     against that broker; without it, against one of ours, started for the run
 *   npm run compat -- kafkajs-compat --only seek               programs whose name has that word
 */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { askAbilities } from '../odradek-client/broker-abilities.ts'
import type { Need } from '../odradek-client/broker-abilities.ts'
import { corpus, lineOf } from '../corpus.ts'
import { startOurs } from '../ours.ts'
import { nodeKit } from '../present.ts'
import { libraries } from './libraries.ts'
import type { Library } from './libraries.ts'
import { mixedGroup } from './mixed-group.ts'
import { execute } from './execute.ts'

/** What both have printed must be equal, line by line. */
interface Comparison {
  readonly name: string
  readonly needs?: readonly Need[]
  readonly print: (library: Library, prefix: string) => Promise<string>
}

const needs: Readonly<Record<string, readonly Need[]>> = {
  'transactions.mjs': ['transactions'],
  'exactly-once.mjs': ['transactions'],
  'admin-configs.mjs': ['single changes of settings'],
}

/** Answers the exit code. */
export async function compatKafkajs(args: readonly string[]): Promise<number> {
  const { values: flags } = parseArgs({
    args: [...args],
    options: { bootstrap: { type: 'string' }, only: { type: 'string', default: '' } },
  })
  const missing = existsSync(join(nodeKit.folder(), 'node_modules/kafkajs')) ? undefined : nodeKit.missing()
  if (missing !== undefined) {
    process.stdout.write(`  not run: kafkajs is not here (${missing})\n`)
    return 1
  }
  const scratch = mkdtempSync(join(tmpdir(), 'odradek-compat-kafkajs-'))
  const ours = flags.bootstrap === undefined ? await startOurs(scratch) : undefined
  const bootstrap = flags.bootstrap ?? ours?.bootstrap ?? ''
  const counts = { passed: 0, failed: 0, absent: 0 }
  const told = (kind: keyof typeof counts, name: string, why = ''): void => {
    counts[kind]++
    const mark = { passed: '  ok  ', failed: ' FAIL ', absent: '  --  ' }[kind]
    process.stdout.write(`${mark} ${name}${why === '' ? '' : `\n       ${why.replaceAll('\n', '\n       ')}`}\n`)
  }
  try {
    const abilities = await askAbilities(bootstrap)
    for (const { name, needs = [], print } of comparisons(bootstrap, scratch).filter(({ name }) => name.includes(flags.only))) {
      const lacking = abilities.lacking(needs)
      if (lacking !== undefined) told('absent', name, lacking)
      else {
        const why = await compare(print)
        told(why === undefined ? 'passed' : 'failed', name, why)
      }
    }
    if ('mixed group'.includes(flags.only)) {
      const why = await mixedGroup(bootstrap, newPrefix()).catch(String)
      told(why === undefined ? 'passed' : 'failed', 'mixed group of kafkajs and the package', why)
    }
  } finally {
    await ours?.stop()
    rmSync(scratch, { recursive: true, force: true })
  }
  process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.absent} not on this broker\n`)
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1
}

function comparisons(bootstrap: string, scratch: string): readonly Comparison[] {
  const programs = readdirSync(join(import.meta.dirname, 'programs')).toSorted()
  return [
    { name: '../kafkajs/kafkajs.mjs', print: (library, prefix) => compatProgram(library, bootstrap, prefix, scratch) },
    ...programs.map((name) => ({
      name,
      needs: needs[name] ?? [],
      print: (library: Library, prefix: string) =>
        execute(library, join(import.meta.dirname, 'programs', name), {
          env: { BOOTSTRAP: bootstrap, PREFIX: prefix, BASE: String(base) },
        }),
    })),
  ]
}

/** Undefined when both print the same, else where they begin to differ. */
async function compare(print: Comparison['print']): Promise<string | undefined> {
  try {
    const [theirs, ours] = await Promise.all(libraries.map((library) => print(library, newPrefix())))
    const [expected, actual] = [theirs ?? '', ours ?? ''].map((text) => text.trimEnd().split('\n'))
    const at = (expected ?? []).findIndex((line, index) => line !== actual?.[index])
    if (at < 0 && expected?.length === actual?.length) return undefined
    const line = at < 0 ? (expected?.length ?? 0) : at
    return `line ${line + 1}\nkafkajs: ${expected?.[line] ?? '(nothing)'}\nours:    ${actual?.[line] ?? '(nothing)'}`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const base = Date.now()
let prefixes = 0
const newPrefix = (): string => `kc${Date.now().toString(36)}${process.pid.toString(36)}${(prefixes++).toString(36)}`

/** What the program of the matrix writes and reads back. */
async function compatProgram(library: Library, bootstrap: string, prefix: string, scratch: string): Promise<string> {
  const file = join(import.meta.dirname, '../kafkajs/kafkajs.mjs')
  const lines = corpus(['null header values']).map(lineOf)
  writeFileSync(join(scratch, prefix), `${lines.join('\n')}\n`)
  await execute(library, file, { args: ['produce', bootstrap, prefix, 'gzip', join(scratch, prefix)] })
  const read = await execute(library, file, { args: ['consume', bootstrap, prefix, String(lines.length)] })
  // Partitions are read in any order, and those of records without a key are a matter of chance.
  return read
    .split('\n')
    .filter((line) => /^\d/.test(line))
    .map((line) => line.replace(/^\d+ \d+ /, ''))
    .toSorted()
    .join('\n')
}
