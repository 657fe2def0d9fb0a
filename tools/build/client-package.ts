import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build as bundle } from 'esbuild'
import type { Plugin } from 'esbuild'
import { bundleDeclarations } from './declarations.ts'
import { optionDeclarations } from './option-declarations.ts'

/** What can be imported: `@odradek/client`, and by its name below it. */
const entries: Readonly<Record<string, string>> = { index: 'index', streams: 'streams/index' }

/**
 * Makes of the compiled rooms in `packages` (dist/packages) the package that is published: one program without dependencies, and the declarations
 * that it takes. `@node-rs/crc32` is used where somebody has installed it.
 *
 * The program is written small, since it is unpacked into every image that has it; the sources are where its readers go.
 */
export async function buildClient(packages: string, target: string): Promise<void> {
  const folder = join(packages, 'client')
  const declarations = bundleDeclarations(
    packages,
    Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, `client/${entry}.d.ts`])),
    betterDeclarations,
  )
  const { dependencies: _rooms, ...manifest }: Record<string, unknown> = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  for (const file of readdirSync(folder)) if (!['README.md', 'LICENSE'].includes(file)) rmSync(join(folder, file), { recursive: true })
  for (const [name, text] of declarations) writeFileSync(join(folder, `${name}.d.ts`), text)
  await bundle({
    entryPoints: Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, `packages/client/${entry}.ts`])),
    outdir: folder,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target,
    external: ['@node-rs/crc32'],
    minify: true,
    // Lines of a length that an editor and a stack trace can cope with.
    lineLimit: 400,
    plugins: [withoutDocumentation],
    logLevel: 'warning',
  })
  const exports = Object.fromEntries(
    Object.keys(entries).map((name) => [name === 'index' ? '.' : `./${name}`, { types: `./${name}.d.ts`, default: `./${name}.js` }]),
  )
  const published = {
    ...manifest,
    exports,
    types: './index.d.ts',
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
      contents: readFileSync(path, 'utf8').replaceAll(/\bdoc:\s*(['"`])(?:\\.|(?!\1)[\s\S])*\1,?/g, ''),
    }))
  },
}

function betterDeclarations(file: string, text: string): string {
  if (file === 'client/config/options.d.ts') return optionDeclarations(text)
  // The method that Node's console looks for concerns nobody else.
  if (file === 'common/logging/secret.d.ts') return text.replace(/^ *\[inspect\.custom\]\(\).*\n/m, '')
  return text
}
