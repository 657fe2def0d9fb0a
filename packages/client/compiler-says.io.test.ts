import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const client = join(import.meta.dirname, 'index.ts')
const modules = join(import.meta.dirname, '..', '..', 'node_modules')

/** What the compiler says of some lines behind `import … from '@odradek/client'`. */
async function said(lines: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'compiled-'))
  try {
    const file = join(folder, 'program.ts')
    await writeFile(
      file,
      `import { json, string, topic } from '${client}'
       import type { Producer } from '${client}'
       declare const producer: Producer
       const orders = topic('orders', { key: string, value: json<{ id: string; total: number }>() })
       ${lines}`,
    )
    const flags = ['--noEmit', '--strict', '--allowImportingTsExtensions', '--module', 'nodenext', '--target', 'esnext', '--skipLibCheck']
    return await new Promise((resolve) => {
      const types = ['--lib', 'esnext', '--types', 'node', '--typeRoots', join(modules, '@types')]
      execFile(join(modules, '.bin', 'tsc'), [...flags, ...types, '--ignoreConfig', file], { timeout: 60_000 }, (_error, stdout) =>
        resolve(stdout),
      )
    })
  } finally {
    await rm(folder, { recursive: true })
  }
}

// With the untyped form last, all of these were "Topic is not assignable to string".
test('of a typed record that lacks something the compiler says what', async () => {
  assert.equal(await said(`void producer.send(orders, { key: 'c1', value: { id: 'o1', total: 3 } })`), '')
  const text = await said(`
    void producer.send(orders, { key: 'c1', value: { id: 'o1' } })
    void producer.enqueue(orders, { value: { id: 'o1', total: 3 } })
    void producer.sendAll(orders, [{ key: 'c1', value: { id: 7, total: 3 } }])`)
  assert.match(text, /Property 'total' is missing/)
  assert.match(text, /Property 'key' is missing/)
  assert.match(text, /'number' is not assignable to type 'string'/)
  assert.doesNotMatch(text, /is not assignable to parameter of type 'string'/)
})
