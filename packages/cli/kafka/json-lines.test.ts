import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RecordedTerminal } from '../recorded-terminal.ts'
import { JsonLines } from './json-lines.ts'

test('an event is a line of JSON that begins with its time and its name; those of one turn are written at once', async () => {
  const terminal = new RecordedTerminal()
  const lines = new JsonLines(terminal, () => 7)
  lines.say('startup_complete')
  lines.say('record_data', { key: null, value: 'ü' })
  assert.equal(terminal.stdout, '')
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(terminal.stdout, '{"timestamp":7,"name":"startup_complete"}\n{"timestamp":7,"name":"record_data","key":null,"value":"ü"}\n')
})

test('while the reader is slow nothing more is written, and nothing is lost', async () => {
  const read = Promise.withResolvers<void>()
  const written: string[] = []
  const terminal = new RecordedTerminal()
  terminal.out = (text) => {
    written.push(String(text))
    return written.length === 1 ? read.promise : undefined
  }
  const lines = new JsonLines(terminal, () => 0)
  for (let i = 0; i < 5_000; i++) lines.say('a', { i })
  assert.equal(written.length, 1)
  const ended = lines.end()
  assert.ok(lines.slow !== undefined)
  read.resolve()
  await ended
  assert.equal(lines.slow, undefined)
  assert.equal(written.join('').split('\n').length, 5_001)
})
