import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { nodeKit } from '../compat/present.ts'

const root = join(import.meta.dirname, '../..')
/** Test runners, as the registry has them. */
const runners = { vitest: 'vitest@5.1.2', jest: 'jest@30.5.2' } as const

/** A test of a service that was written with a client, or for a test runner, of other people. */
interface PeerExample {
  readonly file: string
  readonly needs?: 'kafkajs' | '@platformatic/kafka' | '@confluentinc/kafka-javascript'
  /** Node's own unless it is given. */
  readonly runner?: keyof typeof runners
}

export const peerExamples: readonly PeerExample[] = [
  { file: 'testing-kafkajs.test.mjs', needs: 'kafkajs' },
  { file: 'testing-platformatic.test.mjs', needs: '@platformatic/kafka' },
  { file: 'testing-confluent.test.mjs', needs: '@confluentinc/kafka-javascript' },
  { file: 'testing-vitest.test.mjs', runner: 'vitest' },
  { file: 'testing-jest.test.cjs', needs: 'kafkajs', runner: 'jest' },
]

export interface PeerOutcome {
  readonly file: string
  /** Why it could not be run here. */
  readonly missing?: string | undefined
  /** What it said, when it failed. */
  readonly failure?: string | undefined
}

/** Runs each in a project that has its clients beside ours: theirs as `tools/peers/node-peers` installs them, vitest from the registry, ours from this checkout. */
export function runPeerExamples(): readonly PeerOutcome[] {
  const folder = mkdtempSync(join(tmpdir(), 'odradek-examples-'))
  try {
    writeFileSync(join(folder, 'package.json'), '{"private": true, "type": "module"}\n')
    // First, since npm removes what it did not install itself.
    const noRunner = install(folder, Object.values(runners))
    link(folder, 'odradek', join(root, 'packages/cli'))
    link(folder, '@odradek/client', join(root, 'packages/client'))
    const noPeers = nodeKit.missing()
    const missing = { kafkajs: noPeers, '@platformatic/kafka': noPeers, '@confluentinc/kafka-javascript': noPeers ?? nodeKit.unbuilt() }
    for (const [name, reason] of Object.entries(missing))
      if (reason === undefined) link(folder, name, join(nodeKit.folder(), 'node_modules', name))
    return peerExamples.map(({ file, needs, runner }) => {
      const reason = (needs === undefined ? undefined : missing[needs]) ?? (runner === undefined ? undefined : noRunner)
      if (reason !== undefined) return { file, missing: reason }
      cpSync(join(root, 'examples', file), join(folder, file))
      return { file, failure: run(folder, [...commands[runner ?? 'node'], file]) }
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const commands = { node: ['--test'], vitest: ['node_modules/vitest/vitest.mjs', 'run'], jest: ['node_modules/jest/bin/jest.js'] }

/** Why they could not be had. */
function install(folder: string, names: readonly string[]): string | undefined {
  const answer = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--silent', ...names], { cwd: folder, encoding: 'utf8' })
  return answer.status === 0 ? undefined : `${names.join(' and ')} could not be installed`
}

function link(folder: string, name: string, target: string): void {
  const place = join(folder, 'node_modules', name)
  mkdirSync(dirname(place), { recursive: true })
  symlinkSync(target, place)
}

/** What it said, when it failed. */
function run(folder: string, args: readonly string[]): string | undefined {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', ...args], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 120_000,
    env: { ...process.env, NO_COLOR: '1' },
  })
  return status === 0 ? undefined : `${stdout}${stderr}`
}
