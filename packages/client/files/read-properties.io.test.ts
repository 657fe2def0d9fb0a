import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ConfigError } from '../errors/config-error.ts'
import { readProperties } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'odradek-properties-'))
after(() => rmSync(folder, { recursive: true }))

test('a properties file of the Java client becomes options', async () => {
  const path = join(folder, 'client.properties')
  writeFileSync(path, '\uFEFF# shop\nbootstrap.servers = a:1,\\\n  b:2\nlinger.ms=7\n')
  assert.deepEqual(await readProperties(path), { 'bootstrap.servers': 'a:1,b:2', 'linger.ms': '7' })
})

test('a file that is not there, or is none, is told by its name', async () => {
  await assert.rejects(
    readProperties(join(folder, 'nowhere')),
    (error) => error instanceof ConfigError && /nowhere can not be read: ENOENT/.test(error.message),
  )
  const path = join(folder, 'broken.properties')
  writeFileSync(path, String.raw`a=\u12`)
  await assert.rejects(readProperties(path), /broken\.properties is malformed/)
})
