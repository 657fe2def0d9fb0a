import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { startBroker } from '../../packages/testing/index.ts'
import { Asked } from './asked.ts'
import type { Answer } from './asked.ts'
import { askGroups } from './groups.ts'

/** What Apache Kafka 4.3.1 answered; see `record.ts`. */
const recorded: readonly Answer[] = JSON.parse(readFileSync(new URL('groups.json', import.meta.url), 'utf8'))

test(`${recorded.length} questions about groups, in every version, are answered as Apache Kafka answers them`, async () => {
  await using broker = await startBroker({ config: { 'offsets.topic.num.partitions': '50' } })
  await using asked = await Asked.at(broker)
  await askGroups(asked)
  assert.equal(asked.answers.length, recorded.length)
  for (const [index, answer] of asked.answers.entries()) assert.deepEqual(answer, recorded[index])
})
