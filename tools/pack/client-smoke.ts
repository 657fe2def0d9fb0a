import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { clientApp } from './client-app.ts'
import { checkDeclarations } from './declared.ts'
import { install, run } from './run.ts'

/** Unpacked, with declarations, README and licence: a little more than it is today, so that it does not grow unnoticed. */
const mostBytes = 670_000

/** Who runs what we publish: oldest, current and newest Node, and Bun, each as the registry has it. */
const runtimes: readonly { readonly name: string; readonly spec: string; readonly program: string }[] = [
  { name: 'Node 22.18', spec: 'node@22.18.0', program: 'node/bin/node' },
  { name: 'Node 24', spec: 'node@24.21.0', program: 'node/bin/node' },
  { name: 'Node 26', spec: 'node@26.10.0', program: 'node/bin/node' },
  { name: 'Bun 1.4', spec: '@oven/bun-linux-x64@1.4.5', program: '@oven/bun-linux-x64/bin/bun' },
]

/** Bundlers whose output has to run as the original does. */
const vite = 'vite@8.3.8'

/**
 * Installs the client's tarball alone into an empty folder: nothing else may come with it, it may not be large, and programs must compile with it. Then a program that writes and reads runs
 * on each runtime, and as bundles of esbuild and Vite.
 */
export async function smokeClient(tarball: string, bootstrapServers: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'odradek-client-'))
  writeFileSync(join(folder, 'package.json'), '{"private": true, "type": "module"}\n')
  writeFileSync(join(folder, 'app.js'), clientApp)
  install(folder, tarball)
  checkAlone(folder)
  checkDeclarations(folder)
  const oldest = await onRuntimes(folder, bootstrapServers)
  await bundled(folder, oldest, bootstrapServers)
  rmSync(folder, { recursive: true, force: true })
}

function checkAlone(folder: string): void {
  const installed = JSON.parse(readFileSync(join(folder, 'node_modules', '.package-lock.json'), 'utf8'))
  const names = Object.keys(installed.packages)
  if (names.join() !== 'node_modules/@odradek/client') throw new Error(`the client brings others along: ${names.join(', ')}`)
  const bytes = bytesIn(join(folder, 'node_modules', '@odradek', 'client'))
  process.stdout.write(`client: 0 dependencies, ${Math.round(bytes / 1000)} kB unpacked\n`)
  if (bytes > mostBytes) throw new Error(`the client takes ${bytes} bytes unpacked, and may take ${mostBytes}`)
}

function bytesIn(path: string): number {
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(path, name)))
    .reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0)
}

/** Gives the program of the first runtime. */
async function onRuntimes(folder: string, bootstrapServers: string): Promise<string> {
  let oldest = ''
  for (const { name, spec, program } of runtimes) {
    const home = join(folder, name.replaceAll(/\W/g, '-').toLowerCase())
    mkdirSync(home)
    writeFileSync(join(home, 'package.json'), '{"private": true, "allowScripts": {"node": true}}\n')
    install(home, spec)
    const path = join(home, 'node_modules', program)
    oldest ||= path
    expectToRead(name, path, join(folder, 'app.js'), bootstrapServers)
  }
  return oldest
}

async function bundled(folder: string, node: string, bootstrapServers: string): Promise<void> {
  const entry = join(folder, 'app.js')
  const byEsbuild = join(folder, 'bundles', 'esbuild.mjs')
  await build({
    entryPoints: [entry],
    outfile: byEsbuild,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['@node-rs/crc32'],
    logLevel: 'warning',
  })
  expectToRead('bundle of esbuild', node, byEsbuild, bootstrapServers)
  const home = join(folder, 'vite')
  mkdirSync(home)
  writeFileSync(join(home, 'package.json'), '{"private": true, "type": "module"}\n')
  writeFileSync(join(home, 'vite.config.js'), "export default { build: { ssr: '../app.js', outDir: 'dist' }, ssr: { noExternal: true } }\n")
  install(home, vite)
  run(process.execPath, [join('node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'], home)
  expectToRead('bundle of Vite', node, join(home, 'dist', 'app.js'), bootstrapServers)
}

let topics = 0

function expectToRead(what: string, program: string, script: string, bootstrapServers: string): void {
  const said = run(program, [script, bootstrapServers, `smoke-${process.pid}-${++topics}`]).trim()
  if (said !== 'read 300') throw new Error(`${what}: the program said "${said}" instead of "read 300"`)
  process.stdout.write(`client: writes and reads, ${what}\n`)
}
