import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { startBroker } from '../../packages/testing/index.ts'
import { askAdmin } from './admin.ts'
import { Asked } from './asked.ts'
import type { Answer } from './asked.ts'

/** What Apache Kafka 4.3.1 answered; see `record.ts`. */
const recorded: readonly Answer[] = JSON.parse(readFileSync(new URL('admin.json', import.meta.url), 'utf8'))

/** Where Kafka stumbles over a request that makes no sense, we may say what is wrong with it. */
const stumbles = ({ answer }: Answer): boolean => JSON.stringify(answer).includes('UNKNOWN_SERVER_ERROR')

test(`${recorded.length} questions of administrators, in every version, are answered as Apache Kafka answers them`, async () => {
  await using broker = await startBroker({ config: { 'node.id': '1' } })
  await using asked = await Asked.at(broker)
  await askAdmin(asked)
  assert.equal(asked.answers.length, recorded.length)
  for (const [index, given] of asked.answers.entries()) {
    const kafkas = recorded[index]
    assert.ok(kafkas)
    assert.equal(given.question, kafkas.question)
    if (stumbles(kafkas)) assert.ok(!stumbles(given), given.question)
    else assert.deepEqual(given, kafkas)
  }
})
