/**
 * Makes the packages as they would be published: built (see build.ts) and packed into `dist/*.tgz`. With `--smoke`, installs the tarballs into an empty folder and starts the broker there on the oldest
 * Node that we support, which has no type stripping to lean on inside node_modules.
 *
 *   node tools/pack.ts [--smoke]
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { oldestNode, rooms } from './build.ts'

const run = (program: string, args: readonly string[], cwd = '.'): string =>
  execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })

for (const room of rooms) run('npm', ['pack', '--silent', '--pack-destination', join(process.cwd(), 'dist')], `dist/packages/${room}`)
const tarballs = readdirSync('dist')
  .filter((file) => file.endsWith('.tgz'))
  .map((file) => join(process.cwd(), 'dist', file))
process.stdout.write(`packed ${tarballs.length} packages into dist/\n`)
if (process.argv.includes('--smoke')) await smoke()

async function smoke(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'odradek-pack-'))
  writeFileSync(join(folder, 'package.json'), '{"private": true, "type": "module", "allowScripts": {"node": true}}\n')
  run('npm', ['install', '--no-audit', '--no-fund', '--silent', `node@${oldestNode}`, ...tarballs], folder)
  const node = join(folder, 'node_modules', '.bin', 'node')
  const odradek = join(folder, 'node_modules', 'odradek', 'odradek.js')
  process.stdout.write(`node ${run(node, ['--version']).trim()}, odradek ${run(node, [odradek, '--version']).trim()}\n`)
  const child = spawn(node, [odradek, 'start', '--port', '0', '--ephemeral', '--override', 'http.port=0'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  await new Promise<void>((ready, failed) => {
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('"event":"ready"')) ready()
    })
    child.on('close', (code) => failed(new Error(`the packed broker ended with ${code}:\n${said}`)))
  })
  child.removeAllListeners('close')
  child.kill('SIGTERM')
  const code = await new Promise((done) => child.on('close', done))
  if (code !== 0) throw new Error(`the packed broker stopped with ${String(code)}`)
  rmSync(folder, { recursive: true, force: true })
  process.stdout.write('installed from tarballs, started and stopped\n')
}
