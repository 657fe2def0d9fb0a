import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { RecordedTerminal } from '../recorded-terminal.ts'
import { UsageError } from '../usage-error.ts'
import { env } from './env.ts'

test('a shell that evaluates it finds the tools of this checkout', () => {
  const terminal = new RecordedTerminal()
  assert.equal(env([], terminal), 0)
  assert.equal(terminal.stdout, `export PATH=${resolve(import.meta.dirname, '../../../bin')}:"$PATH"\n`)
  assert.throws(() => env(['bash'], terminal), UsageError)
})
