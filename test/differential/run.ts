/**
 * Command lines of Kafka's tools, good and bad, with Apache's tools and with ours, on Apache's broker and on ours: what they print, and how they end, is equal,
 * or it is listed with its reason in differences.ts.
 *
 *   node test/differential/run.ts                 all; needs Java (with javac) and Maven, and says so when they are not here
 *   node test/differential/run.ts --fast          without the slow ones, as CI does
 *   node test/differential/run.ts --only topics   scenes with this word in their name or in one of their lines
 *   node test/differential/run.ts --list          shows the lines
 *   node test/differential/run.ts --report FILE   writes counts and differences there, as Markdown
 *   node test/differential/run.ts --raw FILE      writes all that was seen there, as it was, in lines of JSON
 */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { firstLine, kit } from '../compat/present.ts'
import { killApacheBrokers } from './brokers.ts'
import { reportOf, toldOf } from './report.ts'
import { runScenes } from './run-scenes.ts'
import { scenes } from './scenes/index.ts'

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    list: { type: 'boolean', default: false },
    fast: { type: 'boolean', default: false },
    report: { type: 'string' },
    raw: { type: 'string' },
  },
})

const wanted = scenes
  .filter(({ name, lines }) => name.includes(flags.only) || lines.some(({ text }) => text.includes(flags.only)))
  .map((scene) => ({ ...scene, lines: scene.lines.filter(({ isSlow }) => !(flags.fast && isSlow === true)) }))

const missing = (): string | undefined => firstLine('java', ['-version']) ?? firstLine('javac', ['-version']) ?? kit.missing()

async function main(): Promise<number> {
  if (flags.list) {
    for (const { name, lines } of wanted) process.stdout.write(`${name}\n${lines.map(({ text }) => `  ${text}\n`).join('')}`)
    return 0
  }
  const reason = missing()
  if (reason !== undefined) {
    process.stdout.write(`differential test not run: ${reason}\n`)
    return 0
  }
  const folder = mkdtempSync(join(tmpdir(), 'odradek-differential-'))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      killApacheBrokers()
      rmSync(folder, { recursive: true, force: true })
      process.exit(1)
    })
  }
  const started = Date.now()
  try {
    const seen = await runScenes(wanted, folder, started, {
      seen: (line, ofLine) => void process.stdout.write(toldOf(line, ofLine)),
      raw: ({ text }, way, shown) => {
        if (flags.raw !== undefined) appendFileSync(flags.raw, `${JSON.stringify({ text, way, ...shown })}\n`)
      },
    })
    const { counts, markdown, failed } = reportOf(wanted, seen, Date.now() - started)
    process.stdout.write(`${counts}\n`)
    if (flags.report !== undefined) writeFileSync(flags.report, markdown)
    return failed ? 1 : 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

process.exitCode = await main()
