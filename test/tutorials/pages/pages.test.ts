import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { difference } from './compare.ts'
import { blocksOf, doingsOf } from './page.ts'

test('a block is commands, what is typed into them, keys, and what is seen', () => {
  const [block] = blocksOf('# Title\n\n```console any order\n$ run \\\n    --more\n>a:1\nout\n^C\n$ next\n```\n')
  assert.deepEqual(block, {
    line: 3,
    inAnyOrder: true,
    steps: [
      {
        command: 'run \\\n    --more',
        happens: [
          { kind: 'type', text: 'a:1' },
          { kind: 'see', text: 'out' },
          { kind: 'key', key: 'C' },
        ],
      },
      { command: 'next', happens: [] },
    ],
  })
})

test('what differs from run to run is left open by the page, and nothing else', () => {
  assert.equal(difference(['a', 'id 12  x'], ['a', 'id … x'], false), undefined)
  assert.equal(difference(['b', 'a'], ['a', 'b'], true), undefined)
  assert.equal(difference(['1', '2', '3', 'end'], ['…', 'end'], false), undefined)
  assert.match(difference(['b', 'a'], ['a', 'b'], false) ?? '', /"b" was seen/)
  assert.match(difference(['a'], ['a', 'b'], false) ?? '', /"b" was not seen/)
  assert.match(difference(['a', 'b'], ['a'], true) ?? '', /"b" is not in the page/)
  assert.match(difference(['a.b'], ['a+b'], false) ?? '', /was seen/)
})

const root = join(import.meta.dirname, '../../../docs/tutorials')
for (const page of globSync('*.md', { cwd: root }).filter((file) => file !== 'README.md')) {
  test(`${page} says the same in Korean as in English`, () => {
    const [english = '', korean = ''] = [join(root, page), join(root, 'ko', basename(page))].map((path) => readFileSync(path, 'utf8'))
    assert(blocksOf(english).length > 0)
    assert.deepEqual(doingsOf(blocksOf(korean)), doingsOf(blocksOf(english)))
  })
}
