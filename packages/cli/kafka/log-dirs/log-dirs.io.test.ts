import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBroker } from '@odradek/testing'
import { trial } from '../trial.ts'
import { tool } from './log-dirs.ts'

test('the directories of each broker are told with sizes, all or of some topics', async () => {
  await using broker = await startBroker({ topics: { orders: 2, users: 1 } })
  const seen = await trial(tool, ['--bootstrap-server', broker.bootstrapServers, '--describe', '--topic-list', 'orders'])
  assert.equal(seen.code, 0, seen.err)
  const [first, second, json = ''] = seen.out.split('\n')
  assert.deepEqual(
    [first, second],
    ['Querying brokers for log directories information', 'Received log directory information from brokers 1'],
  )
  const told: { brokers: { logDirs: { logDir: string; error: null; partitions: { partition: string; size: number }[] }[] }[] } =
    JSON.parse(json)
  const [dir] = told.brokers[0]?.logDirs ?? []
  assert.equal(dir?.logDir, '/data')
  assert.deepEqual(dir?.partitions.map(({ partition }) => partition).toSorted(), ['orders-0', 'orders-1'])
})

test('a broker that is not there is refused with those that are', async () => {
  await using broker = await startBroker()
  const { code, out, err } = await trial(tool, ['--bootstrap-server', broker.bootstrapServers, '--describe', '--broker-list', '1,9'])
  assert.deepEqual([code, out], [1, ''])
  assert.equal(err, 'ERROR: The given brokers do not exist from --broker-list: 9. Current existent brokers: 1\n')
})

test('without --describe, the help is shown', async () => {
  const { code, err } = await trial(tool, ['--bootstrap-server', 'localhost:1'])
  assert.equal(code, 1)
  assert.match(err, /^Missing required argument "\[describe\]"\n/)
})
