import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build as bundle } from 'esbuild'
import type { Plugin } from 'esbuild'
import { collectDeclarations } from './declarations.ts'
import { optionDeclarations } from './option-declarations.ts'

/** What can be imported: `@odradek/client`, and by its name below. */
const entries: Readonly<Record<string, string>> = { '.': 'index', './streams': 'streams/index' }

/**
 * Makes of the compiled rooms in `packages` (dist/packages) the package that is published: one program without dependencies, and the declarations
 * that it takes. `@node-rs/crc32` is used where somebody has installed it.
 *
 * The program is written small, since it is unpacked into every image that has it; the sources are where its readers go.
 */
export async function buildClient(packages: string, target: string): Promise<void> {
  const folder = join(packages, 'client')
  const files = Object.values(entries)
  const declarations = collectDeclarations(
    packages,
    files.map((entry) => `client/${entry}.d.ts`),
    betterDeclarations,
  )
  const { dependencies: _rooms, ...manifest }: Record<string, unknown> = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  for (const file of readdirSync(folder)) if (!['README.md', 'LICENSE'].includes(file)) rmSync(join(folder, file), { recursive: true })
  for (const [file, text] of declarations) {
    mkdirSync(dirname(join(folder, 'types', file)), { recursive: true })
    writeFileSync(join(folder, 'types', file), text.replaceAll(/^ {4}/gm, '  '))
  }
  await bundle({
    entryPoints: Object.fromEntries(files.map((entry) => [entry, `packages/client/${entry}.ts`])),
    outdir: folder,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target,
    external: ['@node-rs/crc32'],
    minify: true,
    // Lines of a length that an editor and a stack trace can cope with.
    lineLimit: 160,
    plugins: [withoutDocumentation],
    logLevel: 'warning',
  })
  const exports = Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => [name, { types: `./types/client/${entry}.d.ts`, default: `./${entry}.js` }]),
  )
  const published = {
    ...manifest,
    exports,
    types: './types/client/index.d.ts',
    main: './index.js',
    peerDependencies: { '@node-rs/crc32': '^1.10.0' },
    peerDependenciesMeta: { '@node-rs/crc32': { optional: true } },
  }
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(published, null, 2)}\n`)
}

/** The documentation of settings is in the declarations; nothing that runs looks at it. */
const withoutDocumentation: Plugin = {
  name: 'without-documentation',
  setup(build) {
    build.onLoad({ filter: /packages\/client\/config\/\w+-config\.ts$/ }, ({ path }) => ({
      loader: 'ts',
      contents: readFileSync(path, 'utf8').replaceAll(/\bdoc:\s*(['"`])(?:\\.|(?!\1)[\s\S])*\1/g, "doc: ''"),
    }))
  },
}

function betterDeclarations(file: string, text: string): string {
  if (file === 'client/config/options.d.ts') return optionDeclarations(text)
  // Of the table of errors the names are what types are made of; its sentences would be a sixth of all declarations.
  if (file === 'protocol/errors.d.ts') return text.replaceAll(/: readonly \[-?\d+, (?:true|false), "(?:[^"\\]|\\.)*"\]/g, ': 0')
  // The method that Node's console looks for concerns nobody else.
  if (file === 'common/logging/secret.d.ts') return text.replace(/^ *\[inspect\.custom\]\(\).*\n/m, '')
  return text
}
