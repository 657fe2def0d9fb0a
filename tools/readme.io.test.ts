import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startBroker } from '@odradek/testing'

const root = join(import.meta.dirname, '..')
const flags = ['--input-type=module-typescript', '--no-warnings', '--eval']

/** Examples that stand on their own, which is to say those that import something. */
const examplesOf = (file: string): readonly string[] =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/^```ts\n(import [\s\S]*?)^```/gm)].map(([, code = '']) => code)
const examples = globSync('packages/*/README.md', { cwd: root }).flatMap((file) => examplesOf(file).map((code) => ({ file, code })))

test('there are examples to try', () => {
  assert(examples.length >= 4, `${examples.length}`)
})

for (const { file, code } of examples) {
  test(`the example in ${file} runs as it stands`, () => {
    const { status, stderr } = spawnSync(process.execPath, [...flags, code], { cwd: root, encoding: 'utf8' })
    assert.equal(status, 0, stderr)
  })
}

test('the program in README.md reads what it has written until Ctrl-C, and does so again when it is started again', async () => {
  const [code = '', ...others] = examplesOf('README.md')
  assert.deepEqual(others, [])
  assert(code.includes("'localhost:9092'"))
  await using broker = await startBroker()
  const program = code.replace('localhost:9092', broker.bootstrapServers)
  // Whoever left the group in bad order would make the second run wait for its session to end, and read the first record again.
  for (const expected of ['1 three spools of thread\n', '1 three spools of thread\n']) {
    const child = spawn(process.execPath, [...flags, program], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(child, 'close')
    let said = ''
    for await (const text of child.stdout) {
      said += String(text)
      if (said.includes('\n')) child.kill('SIGINT')
    }
    assert.deepEqual([said, ...(await ended)], [expected, 0, null])
  }
})
