import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build as bundle } from 'esbuild'
import { bundleDeclarations } from './declarations.ts'

/** What `odradek/NAME` is, and where its types are declared. */
const entries = { test: 'test-broker', vitest: 'vitest', 'node-test': 'node-test' }

/**
 * Puts the broker for tests into the package of the program: `odradek/test` and what fits it to test runners, with the broker in a file that they share. It is loaded
 * in a test file, which has a quarter of a second for everything.
 */
export async function buildTestBroker(packages: string, target: string): Promise<void> {
  const folder = join(packages, 'cli')
  await bundle({
    entryPoints: Object.fromEntries([...Object.keys(entries), 'jest'].map((name) => [name, `packages/cli/${name}/index.ts`])),
    outdir: folder,
    chunkNames: 'testing/[name]-[hash]',
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target,
    external: ['@node-rs/crc32'],
    minify: true,
    // Lines of a length that an editor and a stack trace can cope with.
    lineLimit: 400,
    logLevel: 'warning',
  })
  const places = Object.fromEntries(Object.entries(entries).map(([name, room]) => [name, `testing/${room}/index.d.ts`]))
  for (const [name, text] of bundleDeclarations(packages, places, (_file, text) => text)) writeFileSync(join(folder, `${name}.d.ts`), text)
  writeFileSync(join(folder, 'jest.d.ts'), jestDeclarations)
  writeFileSync(join(folder, 'jest-preset.json'), `${JSON.stringify({ testEnvironment: 'odradek/jest' }, null, 2)}\n`)
  const manifest: Record<string, unknown> = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const exports = Object.fromEntries(
    [...Object.keys(entries), 'jest'].map((name) => [`./${name}`, { types: `./${name}.d.ts`, default: `./${name}.js` }]),
  )
  const published = { ...manifest, exports: { ...exports, './jest/jest-preset': './jest-preset.json', './package.json': './package.json' } }
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(published, null, 2)}\n`)
}

/** For `import "odradek/jest"` in a file of types: what the environment puts among the globals. */
const jestDeclarations = `declare global {
  /** The broker of this test file. */
  var kafka: import("./test.js").TestBroker
}
export {}
`
