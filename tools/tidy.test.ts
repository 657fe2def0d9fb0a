import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'

/**
 * The plan of the house: who may import whom. A room is a package; floors are read from bottom to top.
 * To change the plan, write down why in docs/design/ and change the line here.
 */
const plan: Readonly<Record<string, readonly string[]>> = {
  common: [],
  protocol: ['common'],
  network: ['common', 'protocol'],
  log: ['common', 'protocol'],
  metadata: ['common', 'protocol'],
  coordinator: ['common', 'protocol', 'metadata'],
  client: ['common', 'protocol', 'network'],
  broker: ['common', 'protocol', 'network', 'log', 'metadata', 'coordinator'],
  testing: ['common', 'protocol', 'network', 'log', 'metadata', 'coordinator', 'client', 'broker'],
  otel: ['client'],
  'kafkajs-compat': ['client'],
  // Kafka's tools out of `cli`, as the build bundles them under their names.
  'kafka-tools': [],
  cli: ['common', 'protocol', 'network', 'log', 'metadata', 'coordinator', 'client', 'broker', 'testing'],
}

/** A file this long holds two ideas. There is no list of exceptions: divide the room. */
const wall = 600

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts'], { encoding: 'utf8' })
  .split('\n')
  .filter((file) => file !== '' && existsSync(file))
const rooms = tracked.filter((file) => file.startsWith('packages/'))
const source = new Map(tracked.map((file) => [file, readFileSync(file, 'utf8')]))
const roomOf = (file: string): string => file.split('/')[1] ?? ''
const isTest = (file: string): boolean => /\.(test|bench)\.ts$/.test(file)

/** Every module a file names, types included. */
function importsOf(file: string): readonly string[] {
  const text = (source.get(file) ?? '').replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '')
  return [...text.matchAll(/(?:\bfrom\s+|\bimport\s*\(?\s*)'([^'\n]+)'/g)].map((found) => found[1] ?? '')
}

/** The file of this house behind an import, or undefined for Node's and other people's modules. */
function resolve(file: string, name: string): string | undefined {
  if (name.startsWith('.')) return normalize(join(dirname(file), name))
  const workspace = /^@odradek\/([^/]+)(?:\/(.+))?$/.exec(name)
  if (workspace === null) return undefined
  return `packages/${workspace[1]}/${workspace[2] === undefined ? '' : `${workspace[2]}/`}index.ts`
}

test('each room imports only what the plan of the house allows', () => {
  const wrong = rooms.flatMap((file) =>
    importsOf(file).flatMap((name) => {
      const target = resolve(file, name)
      if (target === undefined || !target.startsWith('packages/')) return []
      const [from, to] = [roomOf(file), roomOf(target)]
      if (from === to) return name.startsWith('@') ? [`${file} imports its own room by name (${name}): use the relative path`] : []
      if (isTest(file) && (to === 'testing' || from === 'testing')) return []
      return plan[from]?.includes(to) === true ? [] : [`${file} imports ${name}: ${from} may not look into ${to}`]
    }),
  )
  assert.deepEqual(wrong, [])
})

test('every import leads to a file', () => {
  const missing = tracked.flatMap((file) =>
    importsOf(file).flatMap((name) => {
      const target = resolve(file, name)
      return target === undefined || existsSync(target) ? [] : [`${file} imports ${name}, which is not there`]
    }),
  )
  assert.deepEqual(missing, [])
})

test('no file is part of a circle of imports, types included', () => {
  const state = new Map<string, 'open' | 'done'>()
  const circles: string[] = []
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === 'done') return
    if (state.get(file) === 'open') {
      circles.push([...path.slice(path.indexOf(file)), file].join(' → '))
      return
    }
    state.set(file, 'open')
    for (const name of importsOf(file)) {
      const target = resolve(file, name)
      if (target !== undefined && source.has(target)) visit(target, [...path, file])
    }
    state.set(file, 'done')
  }
  for (const file of tracked) visit(file, [])
  assert.deepEqual(circles, [])
})

test(`no file is longer than ${wall} lines`, () => {
  const long = tracked.filter((file) => (source.get(file) ?? '').split('\n').length > wall + 1)
  assert.deepEqual(long, [])
})

test('every file is imported by another, or is an entry', () => {
  const imported = new Set(tracked.flatMap((file) => importsOf(file).map((name) => resolve(file, name))))
  const isEntry = (file: string): boolean =>
    isTest(file) || file.endsWith('/index.ts') || /^packages\/cli\/(?:main|kafka\/main|spare-the-search)\.ts$/.test(file)
  assert.deepEqual(
    rooms.filter((file) => !isEntry(file) && !imported.has(file)),
    [],
  )
})

test('nothing is put off without an issue', () => {
  const marker = /\b(?:TO[D]O|FIX[M]E|X[X]X)\b(?!\(#\d+\))/
  assert.deepEqual(
    tracked.filter((file) => marker.test(source.get(file) ?? '')),
    [],
  )
})

test('each package depends on exactly the rooms that the plan gives it', () => {
  for (const [room, allowed] of Object.entries(plan)) {
    const manifest: { dependencies?: Record<string, string> } = JSON.parse(readFileSync(`packages/${room}/package.json`, 'utf8'))
    const ours = Object.keys(manifest.dependencies ?? {}).filter((name) => name.startsWith('@odradek/'))
    assert.deepEqual(ours.toSorted(), allowed.map((name) => `@odradek/${name}`).toSorted(), `packages/${room}/package.json`)
  }
})

test('cores take clock, timers, chance and disk as arguments', () => {
  const shells = [
    'packages/common/',
    'packages/network/',
    'packages/client/files/',
    'packages/kafkajs-compat/',
    'packages/broker/http/',
    'packages/testing/',
    'packages/cli/',
  ]
  const forbidden =
    /\b(?:Date\.now|new Date\(\)|performance\.now|process\.hrtime|setTimeout|setInterval|setImmediate|Math\.random)\b|'node:(?:fs|net|tls|dns|worker_threads)/
  const wrong = rooms
    .filter((file) => !isTest(file) && !shells.some((shell) => file.startsWith(shell)))
    .filter((file) => forbidden.test((source.get(file) ?? '').replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/\/\/.*$/gm, '')))
  assert.deepEqual(wrong, [])
})
