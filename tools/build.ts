/**
 * Compiles the packages into `dist/packages`, each with its `package.json` rewritten from `.ts` to `.js`, bundles the client, so that it has no
 * dependencies, Kafka's tools, and the `odradek` program, which starts in half of the time and takes 20 MB less than its modules one by one:
 *
 *   npm run build
 *   node dist/packages/cli/odradek.js start
 */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { buildClient } from './build/client-package.ts'
import { buildKafkaTools } from './build/kafka-tools-package.ts'
import { buildTestBroker } from './build/test-broker.ts'

export const oldestNode = '22.18.0'

export const rooms: readonly string[] = readdirSync('packages').filter((room) => existsSync(`packages/${room}/package.json`))

interface Manifest {
  readonly version: string
  readonly exports: Record<string, unknown>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const manifests = new Map(rooms.map((room) => [room, manifestOf(room)]))

rmSync('dist', { recursive: true, force: true })
execFileSync(join('node_modules', '.bin', 'tsc'), ['-p', 'tsconfig.build.json'], { stdio: ['ignore', 'inherit', 'inherit'] })
for (const [room, manifest] of manifests) {
  // A room may have no code of its own.
  mkdirSync(`dist/packages/${room}`, { recursive: true })
  writeFileSync(`dist/packages/${room}/package.json`, `${JSON.stringify(room === 'cli' ? asProgram(manifest) : manifest, null, 2)}\n`)
  for (const file of [`packages/${room}/README.md`, 'LICENSE']) cpSync(file, `dist/packages/${room}/${file.split('/').at(-1) ?? ''}`)
}
await buildClient('dist/packages', `node${oldestNode}`)
await buildKafkaTools('dist/packages', `node${oldestNode}`)
bundleProgram()
await buildTestBroker('dist/packages', `node${oldestNode}`)

function manifestOf(room: string): Manifest {
  const text = readFileSync(`packages/${room}/package.json`, 'utf8').replaceAll('.ts"', '.js"')
  const manifest: Manifest = { ...JSON.parse(text), engines: { node: `>=${oldestNode.replace(/\.0$/, '')}` } }
  const { exports } = manifest
  for (const [path, target] of Object.entries(exports)) {
    if (typeof target === 'string') exports[path] = { types: target.replace(/\.js$/, '.d.ts'), default: target }
  }
  return manifest
}

/** The program has our rooms in it. What stays outside is what the rooms need of other people. */
function asProgram(manifest: Manifest): object {
  const { exports: _nothingToImport, ...program } = manifest
  const optional = Object.fromEntries([...manifests.values()].flatMap((of) => Object.entries(of.optionalDependencies ?? {})))
  // What is bundled need not be installed: of other people's packages only the optional ones are outside.
  // Kafka's tools are a package of their own, for their many names; who installs the program has them, and puts them on the PATH with `odradek env`.
  const tools = { '@odradek/kafka-tools': program.version }
  return { ...program, dependencies: tools, optionalDependencies: optional }
}

/** What only some runs need (HTTP, a command) stays a file of its own, loaded when it is needed. */
function bundleProgram(): void {
  for (const file of readdirSync('dist/packages/cli')) {
    if (!['package.json', 'README.md', 'LICENSE'].includes(file)) rmSync(join('dist/packages/cli', file), { recursive: true })
  }
  cpSync('packages/cli/odradek.js', 'dist/packages/cli/odradek.js')
  buildSync({
    entryPoints: { program: 'packages/cli/main.ts' },
    outdir: 'dist/packages/cli',
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: `node${oldestNode}`,
    external: ['@node-rs/crc32'],
    logLevel: 'warning',
  })
}
