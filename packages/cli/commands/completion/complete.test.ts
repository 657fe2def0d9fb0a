import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command } from '../command.ts'
import { flag, text } from '../options.ts'
import { complete } from './complete.ts'

const run = (): Promise<void> => Promise.resolve()
const commands = [
  command({ path: 'topic list', summary: '', words: '', options: { regex: flag('') }, completes: 'topic', run }),
  command({ path: 'topic create', summary: '', words: '', options: {}, run }),
  command({ path: 'lag', summary: '', words: '', options: { order: text('X', '', { choices: ['up', 'down'] }) }, completes: 'group', run }),
]
const known = { topics: () => Promise.resolve(['orders', 'others', 'users']), groups: () => Promise.resolve(['billing']) }
const of = (...words: readonly string[]) => complete(words, { commands, others: ['start'], known })

test('the first word is a command, the second its verb', async () => {
  assert.deepEqual(await of(''), ['lag', 'start', 'topic'])
  assert.deepEqual(await of('t'), ['topic'])
  assert.deepEqual(await of('topic', ''), ['create', 'list'])
})

test('then come options, their values, and what the cluster has', async () => {
  assert.deepEqual(await of('topic', 'list', '--reg'), ['--regex'])
  assert.deepEqual(await of('topic', 'list', 'o'), ['orders', 'others'])
  assert.deepEqual(await of('lag', '--order', ''), ['down', 'up'])
  assert.deepEqual(await of('lag', '-o', 'js'), ['json', 'jsonl'])
  assert.deepEqual(await of('lag', ''), ['billing'])
  assert.deepEqual(await of('nothing', ''), [])
})
