/**
 * Compiles the packages into `dist/packages`, each with its `package.json` rewritten from `.ts` to `.js`, and puts the `odradek`
 * program into one file, which starts in a third of the time and takes 30 MB less than its modules one by one:
 *
 *   npm run build
 *   node dist/packages/cli/odradek.js start
 */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { link } from './link.ts'

export const oldestNode = '22.18.0'

export const rooms: readonly string[] = readdirSync('packages').filter((room) => existsSync(`packages/${room}/package.json`))

interface Manifest {
  readonly exports: Record<string, unknown>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const manifests = new Map(rooms.map((room) => [room, manifestOf(room)]))

rmSync('dist', { recursive: true, force: true })
compile('dist/packages', [])
for (const [room, manifest] of manifests) {
  writeFileSync(`dist/packages/${room}/package.json`, `${JSON.stringify(room === 'cli' ? asProgram(manifest) : manifest, null, 2)}\n`)
  for (const file of [`packages/${room}/README.md`, 'LICENSE']) cpSync(file, `dist/packages/${room}/${file.split('/').at(-1) ?? ''}`)
}
linkProgram()

function compile(folder: string, options: readonly string[]): void {
  const tsc = join('node_modules', '.bin', 'tsc')
  execFileSync(tsc, ['-p', 'tsconfig.build.json', '--outDir', folder, ...options], { stdio: ['ignore', 'inherit', 'inherit'] })
}

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
  const others = (kind: 'dependencies' | 'optionalDependencies'): Record<string, string> =>
    Object.fromEntries(
      [...manifests.values()].flatMap((of) => Object.entries(of[kind] ?? {}).filter(([name]) => !name.startsWith('@odradek/'))),
    )
  return { ...program, dependencies: others('dependencies'), optionalDependencies: others('optionalDependencies') }
}

function linkProgram(): void {
  const bare = mkdtempSync(join(tmpdir(), 'odradek-build-'))
  compile(bare, ['--removeComments', '--declaration', 'false'])
  cpSync('dist/packages/cli/package.json', join(bare, 'cli/package.json'))
  const text = link(bare, 'cli/main.js')
  rmSync(bare, { recursive: true })
  for (const file of readdirSync('dist/packages/cli')) {
    if (!['package.json', 'README.md', 'LICENSE'].includes(file)) rmSync(join('dist/packages/cli', file), { recursive: true })
  }
  cpSync('packages/cli/odradek.js', 'dist/packages/cli/odradek.js')
  writeFileSync('dist/packages/cli/program.js', text)
}
