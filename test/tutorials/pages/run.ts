/**
 * The pages of docs/tutorials, typed by a reader who has the tools of this checkout on the PATH, in a terminal, against a fresh broker each.
 *
 *   node test/tutorials/pages/run.ts [--only users] [--bootstrap host:port] [--transcript FILE]
 *
 * The pages say localhost:9092; where that port is taken, or another broker is named, those words are replaced.
 */
import { spawnSync } from 'node:child_process'
import { appendFileSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { BrokerProcess } from '@odradek/testing'
import { difference } from './compare.ts'
import { blocksOf } from './page.ts'
import type { Block, Step } from './page.ts'
import { TerminalSession } from './terminal-session.ts'

const { values: flags } = parseArgs({
  options: { only: { type: 'string' }, bootstrap: { type: 'string' }, transcript: { type: 'string' } },
})
const root = join(import.meta.dirname, '../../..')

if (spawnSync('script', ['--version']).status !== 0) {
  process.stdout.write('tutorials not run: there is no `script` (util-linux) here to make a terminal\n')
} else {
  const results = { passed: 0, failed: 0 }
  if (flags.transcript !== undefined) writeFileSync(flags.transcript, '')
  for (const page of globSync('*.md', { cwd: join(root, 'docs/tutorials') }).toSorted()) {
    if (page !== 'README.md' && (flags.only === undefined || page.includes(flags.only))) await runPage(page, results)
  }
  process.stdout.write(`${results.passed} passed, ${results.failed} failed\n`)
  process.exitCode = results.failed === 0 && results.passed > 0 ? 0 : 1
}

async function runPage(page: string, results: { passed: number; failed: number }): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'odradek-tutorial-'))
  const broker = flags.bootstrap === undefined ? await BrokerProcess.start({ config: {} }) : undefined
  const bootstrap = flags.bootstrap ?? `localhost:${broker?.port ?? 0}`
  // The reader stands in a folder that has bin/, as that of a Kafka that was unpacked.
  symlinkSync(join(root, 'bin'), join(folder, 'bin'))
  const session = new TerminalSession(folder, {
    ...process.env,
    PATH: `${join(root, 'bin')}:${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
  })
  try {
    for (const block of blocksOf(readFileSync(join(root, 'docs/tutorials', page), 'utf8'))) {
      for (const step of block.steps) {
        const wrong = await runStep(session, step, block, bootstrap)
        if (wrong === undefined) results.passed++
        else results.failed++
        process.stdout.write(
          wrong === undefined
            ? `  ok   ${page}: ${step.command}\n`
            : ` FAIL  ${page}, line ${block.line}: ${step.command}\n       ${wrong}\n`,
        )
        // What comes after it stands on it.
        if (wrong !== undefined) return
      }
    }
  } finally {
    session.close()
    await broker?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Why it was not as the page says. */
async function runStep(session: TerminalSession, step: Step, block: Block, bootstrap: string): Promise<string | undefined> {
  const expected: string[] = []
  let typed = 0
  try {
    await session.command(step.command.replaceAll('localhost:9092', bootstrap))
    for (const happening of step.happens) {
      if (happening.kind === 'see') expected.push(happening.text)
      else if (happening.kind === 'type') {
        const prompts = ++typed
        await session.until((seen) => seen.split('>').length > prompts, 'the prompt >')
        session.type(`${happening.text}\n`)
      } else {
        // Ctrl-C throws away what a terminal has not handed over yet; a person waits for the next prompt.
        if (typed > 0) await session.until((seen) => seen.split('>').length > typed + 1, 'the prompt >')
        await session.until(
          (seen) => difference(linesOf(seen, typed), [...expected, '…'], block.inAnyOrder) === undefined,
          `"${expected.join('\n')}"`,
        )
        session.type(happening.key === 'C' ? '\u0003' : '\u0004')
      }
    }
    const seen = await session.ended()
    if (flags.transcript !== undefined) appendFileSync(flags.transcript, `$ ${step.command}\n${seen}`)
    return difference(
      linesOf(seen, typed),
      step.happens.flatMap((one) => (one.kind === 'see' ? [one.text] : [])),
      block.inAnyOrder,
    )
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Without prompts, empty lines at the ends, and what Kafka's tools say of options that have a new name. */
function linesOf(seen: string, typed: number): readonly string[] {
  return seen
    .split('\n')
    .map((line) => (typed > 0 ? line.replace(/^(?:>)+/, '') : line).replace(/^\^[CD]/, '').trimEnd())
    .filter((line) => line !== '' && !/^(?:Option|Warning:) --property/.test(line))
}
