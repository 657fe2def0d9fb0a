import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError } from './errors/config-error.ts'
import { json, string } from './serdes/index.ts'
import { topic } from './topic.ts'

test('a topic without serdes has bytes or null', () => {
  const { name, key, value } = topic('audit')
  assert.deepEqual([name, key.takesNull, value.takesNull], ['audit', true, true])
  assert.equal(topic('audit', { value: json<number>() }).key.takesNull, true)
})

test('a name that Kafka does not allow is refused where it is written', () => {
  for (const name of ['', '.', '..', 'a b', 'ä', 'x'.repeat(250)]) assert.throws(() => topic(name), ConfigError, name)
  assert.equal(topic('a.b_c-D9').name, 'a.b_c-D9')
})

test('what is no serde is refused', () => {
  const typo: ReturnType<typeof JSON.parse> = json
  assert.throws(() => topic('t', { key: string, value: typo }), /The value of topic\('t', …\) must be a serde/)
})
