import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { describeMachine } from '../measure/machine.ts'
import { summarize } from '../measure/statistics.ts'
import { programs } from './programs.ts'

const help = `npm run bench -- test-broker [options]

  --packages DIR    the built packages (default dist/packages; npm run build makes them)
  --rounds N        so many fresh processes for each figure (default 9)
`

/** The gates of docs/guides/testing-without-docker.md, in milliseconds; handles and megabytes for what a hundred brokers leave behind. */
const gates: Readonly<Record<string, number>> = {
  'import of odradek/test': 60,
  'startBroker() to the first record consumed, in a running process': 100,
  'reset() with ten topics and a group': 5,
  'node --test of a file with odradek/test': 400,
  'node --test of a file with odradek/test and our client': 400,
  'a hundred brokers: handles left': 0,
  'a hundred brokers: heap grown, MB': 2,
  'a hundred brokers: memory outside of the heap grown, MB': 2,
}

/** How long a broker for tests keeps its test waiting, as it is published. Returns the exit status: 1 when a gate is missed. */
export function benchTestBroker(words: readonly string[]): number {
  const { values } = parseArgs({
    args: [...words],
    options: {
      packages: { type: 'string', default: 'dist/packages' },
      rounds: { type: 'string', default: '9' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return say(help)
  const packages = resolve(values.packages)
  if (!existsSync(join(packages, 'cli', 'test.js'))) throw new Error(`there are no built packages in ${packages}: npm run build`)
  const folder = install(packages)
  try {
    const { cores, processor } = describeMachine(folder)
    say(`odradek/test on ${cores} × ${processor}, Node ${process.version}; median (least to most), ms unless it says otherwise`)
    return report(measure(folder, Number(values.rounds)))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A user's project, with the packages where npm puts them. */
function install(packages: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'odradek-bench-test-broker-'))
  mkdirSync(join(folder, 'node_modules', '@odradek'), { recursive: true })
  symlinkSync(join(packages, 'cli'), join(folder, 'node_modules', 'odradek'))
  symlinkSync(join(packages, 'client'), join(folder, 'node_modules', '@odradek', 'client'))
  writeFileSync(join(folder, 'package.json'), '{"private": true, "type": "module"}\n')
  for (const [name, text] of Object.entries(programs)) writeFileSync(join(folder, name), text)
  return folder
}

function measure(folder: string, rounds: number): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>()
  const note = (name: string, value: number): void => void found.set(name, [...(found.get(name) ?? []), value])
  const wall = (file: string): number => {
    const beginning = performance.now()
    run(folder, ['--test', file])
    return performance.now() - beginning
  }
  for (let round = 0; round < rounds; round++) {
    const cold: Readonly<Record<'importMs' | 'startMs' | 'recordMs' | 'residentMB', number>> = JSON.parse(run(folder, ['cold.mjs']))
    note('import of odradek/test', cold.importMs)
    note('first startBroker() of a process', cold.startMs)
    note('produce() and waitForRecords() after it', cold.recordMs)
    note('memory of that process, MB', cold.residentMB)
    note('node --test of an empty file', wall('empty.test.mjs'))
    note('node --test of a file with odradek/test', wall('alone.test.mjs'))
    note('node --test of a file with odradek/test and our client', wall('client.test.mjs'))
  }
  const [first, ...running]: readonly Readonly<Record<'startMs' | 'consumedMs' | 'resetMs' | 'stopMs', number>>[] = JSON.parse(
    run(folder, ['running.mjs']),
  )
  if (first !== undefined) note('the same, the first time in its process', first.consumedMs)
  for (const { startMs, consumedMs, resetMs, stopMs } of running) {
    note('startBroker() in a running process', startMs)
    note('startBroker() to the first record consumed, in a running process', consumedMs)
    note('reset() with ten topics and a group', resetMs)
    note('stop()', stopMs)
  }
  const left: Readonly<Record<'eachMs' | 'handles' | 'heapMB' | 'externalMB' | 'residentMB', number>> = JSON.parse(
    run(folder, ['--expose-gc', 'hundred.mjs']),
  )
  note('a hundred brokers: start, one record, stop, each', left.eachMs)
  note('a hundred brokers: handles left', left.handles)
  note('a hundred brokers: heap grown, MB', left.heapMB)
  note('a hundred brokers: memory outside of the heap grown, MB', left.externalMB)
  note('a hundred brokers: resident memory grown, MB', left.residentMB)
  return found
}

function report(found: ReadonlyMap<string, readonly number[]>): number {
  let status = 0
  for (const [name, values] of found) {
    const { median, min, max } = summarize(values)
    const gate = gates[name]
    const isMissed = gate !== undefined && median > gate
    if (isMissed) status = 1
    const range = values.length === 1 ? '' : `(${min.toFixed(1)} to ${max.toFixed(1)})`
    const verdict = gate === undefined ? '' : `  ${isMissed ? 'MISSED' : 'ok'}, at most ${gate}`
    say(`${median.toFixed(1).padStart(8)} ${range.padEnd(18)} ${name}${verdict}`)
  }
  say(JSON.stringify(Object.fromEntries([...found].map(([name, values]) => [name, summarize(values)]))))
  return status
}

function run(folder: string, args: readonly string[]): string {
  return execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
}

function say(line: string): 0 {
  process.stdout.write(`${line}\n`)
  return 0
}
