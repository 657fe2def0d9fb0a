import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..')

/** Examples that stand on their own, which is to say those that import something. */
const examples = globSync('packages/*/README.md', { cwd: root }).flatMap((file) =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/^```ts\n(import [\s\S]*?)^```/gm)].map(([, code = '']) => ({ file, code })),
)

test('there are examples to try', () => {
  assert(examples.length >= 4, `${examples.length}`)
})

for (const { file, code } of examples) {
  test(`the example in ${file} runs as it stands`, () => {
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module-typescript', '--no-warnings', '--eval', code], {
      cwd: root,
      encoding: 'utf8',
    })
    assert.equal(status, 0, stderr)
  })
}
