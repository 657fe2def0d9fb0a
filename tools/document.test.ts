import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { table } from './document/markdown.ts'
import { guides } from './document/guides.ts'
import { referencePages } from './document/pages.ts'

const root = join(import.meta.dirname, '..')

for (const { file, text } of referencePages()) {
  test(`docs/reference/${file} says what the declarations say`, () => {
    const path = join(root, 'docs', 'reference', file)
    const written = existsSync(path) ? readFileSync(path, 'utf8') : ''
    assert.ok(written === text, `docs/reference/${file} is stale. Write it anew with: npm run document`)
  })
}

for (const { file, text } of guides()) {
  test(`${file} shows the programs of examples/ as they are`, () => {
    assert.ok(readFileSync(join(root, file), 'utf8') === text, `${file} is stale. Write it anew with: npm run document`)
  })
}

test('the page of metrics knows every file that declares some', () => {
  const sources = globSync('packages/**/*.ts', { cwd: root, exclude: (name) => name === 'node_modules' })
  const declaring = sources.filter(
    (file) =>
      !/\.(test|bench)\.ts$|^packages\/common\//.test(file) &&
      /\bdeclare(Counter|Gauge|Summary|Histogram)\b/.test(readFileSync(join(root, file), 'utf8')),
  )
  const known = readFileSync(join(root, 'tools/document/pages.ts'), 'utf8')
  assert.deepEqual(
    declaring.filter((file) => !known.includes(`../../${file}`)),
    [],
    'import its metrics in tools/document/pages.ts',
  )
})

test('the page of the API knows every type that it names', () => {
  const text = referencePages().find(({ file }) => file === 'client-api.md')?.text ?? ''
  const headings = new Set([...text.matchAll(/^###+ (\w+)$/gm)].map(([, name]) => name))
  // Of JavaScript and Node, and type parameters.
  const standard =
    /^(?:Array|AbortSignal|AsyncDisposable|AsyncIterable|AsyncIterableIterator|AsyncIterator|Buffer|ConnectionOptions|Field|Key|Value|Date|Error|Exclude|Iterable|Iterator|Map|NoInfer|NonNullable|Omit|Partial|Pick|Promise|PromiseLike|Readonly|ReadonlyMap|ReadonlySet|Record|RegExp|Set|Symbol|Uint8Array|Writable|WritableStream|TypeError)$/
  const code = [...text.matchAll(/^```ts\n((?:declare |async )?(?:class|interface|type|const \w+:|function) [\s\S]*?)^```/gm)]
    .map(([, declaration = '']) => declaration.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '').replaceAll(/'[^'\n]*'|`[^`]*`/g, ''))
    .flatMap((declaration) => declaration.match(/\b[A-Z]\w+/g) ?? [])
  const dangling = new Set(code.filter((name) => !headings.has(name) && !standard.test(name) && name !== 'OptionsOf'))
  assert.deepEqual([...dangling], [])
})

test('a bar in a cell does not end it', () => {
  assert.equal(table(['a'], [['x | y\nz']]), '| a |\n|---|\n| x \\| y z |')
})
