import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { clientSoftware } from './software.ts'

test('the client tells brokers the version of its package, in a form that they take (KIP-511)', () => {
  const { version }: { version: string } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  assert.equal(clientSoftware.version, version)
  assert.match(`${clientSoftware.name} ${clientSoftware.version}`, /^[a-zA-Z0-9][a-zA-Z0-9\-.]* [a-zA-Z0-9][a-zA-Z0-9\-.]*$/)
})
