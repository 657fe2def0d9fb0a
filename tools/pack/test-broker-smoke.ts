import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { run } from './run.ts'

/** A test of a user's, in JavaScript that the oldest Node knows. */
const program = `
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { useBroker } from 'odradek/node-test'
import { kafkaFixture, setup, teardown } from 'odradek/vitest'

const kafka = await useBroker({ topics: { orders: 3 } })

test('a record there and back', async () => {
  const rule = kafka.delay('Metadata', 1)
  await kafka.produce('orders', [{ key: 'a', value: { total: 1 } }], { compression: 'zstd' })
  const [record] = await kafka.waitForRecords('orders')
  assert.deepEqual([record.key, record.value, rule.hits], ['a', { total: 1 }, 0])
  await kafka.clock.advance('1 day')
})

test('nothing is left of it', async () => {
  assert.deepEqual(kafka.snapshot('orders'), [])
  await kafkaFixture()({}, async (own) => assert.notEqual(own.port, kafka.port))
  await setup()
  assert.match(process.env.KAFKA_BOOTSTRAP_SERVERS, /^127/)
  await teardown()
})
`

/** What its types have to know. */
const typed = `
import { startBroker } from 'odradek/test'
import type { TestBroker, TestRecord } from 'odradek/test'
import { useBroker } from 'odradek/node-test'
import { kafkaFixture } from 'odradek/vitest'
import 'odradek/jest'

const broker: TestBroker = await startBroker({ topics: { orders: { partitions: 1, config: { 'retention.ms': '1000' } } } })
const [record] = await broker.waitForRecords<{ total: number }>('orders', { where: ({ value }) => value.total > 1 })
const total: number | undefined = record?.value.total
const any: readonly TestRecord[] = broker.snapshot('orders')
broker.failNext('Produce', { error: 'NOT_LEADER_OR_FOLLOWER', topic: 'orders', where: ({ body }) => body.acks === -1 })
// @ts-expect-error no error of Kafka's
broker.failNext('Produce', { error: 'NO_SUCH_ERROR' })
// @ts-expect-error no API of the broker's
broker.delay('NoSuchApi', 1)
broker.intercept('OffsetCommit', async ({ body }, next) => {
  const answer = await next({ ...body, groupId: body.groupId.toUpperCase() })
  return { ...answer, topics: answer.topics.slice(1) }
})
const commits: readonly string[] = broker.requests({ api: 'OffsetCommit' }).map(({ body }) => body.groupId)
await kafka.reset()
void [total, any, commits, useBroker, kafkaFixture]
`

/** The broker for tests out of its tarball: a test file runs on the oldest Node, and one in TypeScript compiles with its declarations. */
export function smokeTestBroker(node: string, folder: string): void {
  writeFileSync(join(folder, 'broker.test.mjs'), program)
  run(node, ['--test', 'broker.test.mjs'], folder)
  writeFileSync(join(folder, 'broker.ts'), typed)
  const modules = resolve('node_modules')
  const flags = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--module', 'nodenext', '--target', 'esnext', '--lib', 'esnext']
  execFileSync(
    join(modules, '.bin', 'tsc'),
    ['--ignoreConfig', ...flags, '--types', 'node', '--typeRoots', join(modules, '@types'), 'broker.ts'],
    {
      cwd: folder,
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  )
  process.stdout.write('odradek/test: a test file runs on the oldest Node, and programs compile with its declarations\n')
}
