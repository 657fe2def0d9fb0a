import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonEvents, normalised, withoutChance, withoutRemarks, withoutTraces } from './normalise.ts'
import type { Circumstances } from './normalise.ts'

const here: Circumstances = {
  tool: 'kafka-topics',
  bootstrap: '127.0.0.1:23456',
  folder: '/tmp/files/A-O',
  dataFolder: '/tmp/A-O/data',
  clusterId: 'D8qKWHgIRQKGuwci0arEKg',
  now: Date.parse('2026-11-28T05:00:00Z'),
}
const of = (tool: string): Circumstances => ({ ...here, tool })
const chance = (text: string): string => withoutChance(text, here)

test('places have names, and so has what chance gives', () => {
  assert.equal(chance('127.0.0.1:23456 (id: 1)'), '$BROKER (id: 1)')
  assert.equal(chance('1          127.0.0.1 23456 null'), '1          127.0.0.1 $PORT null')
  assert.equal(chance('Dumping /tmp/A-O/data/t-0/0.log, /tmp/files/A-O/x'), 'Dumping $DATA/t-0/0.log, $FOLDER/x')
  assert.equal(chance('Cluster ID: D8qKWHgIRQKGuwci0arEKg'), 'Cluster ID: $CLUSTER')
  assert.equal(chance('Topic: t\tTopicId: mZydBBQVRSOBzaCjOsgRXA\tPartitionCount: 1'), 'Topic: t\tTopicId: $ID\tPartitionCount: 1')
  assert.equal(chance('deckhand-4b8a3c9e-31b1-4a8e-9c61-0f2f0d6a1b22'), 'deckhand-$UUID')
  assert.equal(chance('console-consumer-12345'), 'console-consumer-$N')
})

test('times of now are no difference; times of the data are', () => {
  assert.equal(chance('[2026-11-28 05:29:12,318] WARN x'), '[$TIME] WARN x')
  assert.equal(chance('2026-11-27 23:29:12:318, 1795843777196'), '$TIME, $MS')
  assert.equal(chance('2023-11-14T22:13:21.000 1700000001000'), '2023-11-14T22:13:21.000 1700000001000')
})

test('what Java keeps in sets has no order', () => {
  const text = (names: string): string => `Option combination "${names}" can't be used with option "[alter]"`
  assert.equal(chance(text('[[config], [bootstrap-server]]')), chance(text('[[bootstrap-server], [config]]')))
  assert.equal(chance('takes one of these options: [group], [all-groups]'), 'takes one of these options: [all-groups], [group]')
  assert.equal(chance('Valid states are: Stable, Empty'), 'Valid states are: Empty, Stable')
})

test('a call that was given up is one, however it was', () => {
  const called = chance('Call(callName=deleteRecords(api=METADATA), deadlineMs=1795843777196, tries=9) timed out at 1 after 9 attempt(s)')
  assert.equal(called, chance('Timed out waiting for a node assignment. Call: deleteRecords(api=METADATA)'))
})

test('warnings and what clients log are left out, with their stack traces; errors of the tool stay', () => {
  const mbean =
    '[$TIME] WARN Error registering AppInfo mbean (org.apache.kafka.common.utils.AppInfoParser)\njavax.management.InstanceAlreadyExistsException: kafka.admin\n\tat java.base/X.y(X.java:1)\n\t... 3 more\n'
  assert.equal(withoutRemarks(`${mbean}Processed\n`), 'Processed\n')
  const network = '[$TIME] WARN [AdminClient clientId=adminclient-1] Node -1 is\naway (org.apache.kafka.clients.NetworkClient)\n'
  const thrown = 'joptsimple.OptionArgumentConversionException: no\n\tat a.B.c(B.java:1)\n'
  assert.equal(withoutRemarks(network + thrown), thrown)
  const error = '[$TIME] ERROR java.lang.X: no\n (org.apache.kafka.tools.TopicCommand)\n'
  assert.equal(withoutRemarks(network + error), error)
  assert.equal(withoutRemarks('[$TIME] ERROR no (org.apache.kafka.clients.admin.internals.Handler)\n'), '')
})

test('of a stack trace the first line stays', () => {
  const trace = 'a.B: no\n\tat a.B.c(B.java:1)\n\tSuppressed: a.C: x\n\t\tat a.C.d(C.java:2)\nCaused by: a.D: y\n\t... 2 more\n\n'
  assert.equal(withoutTraces(trace), 'a.B: no\n\n')
})

test('verifiable clients say the same when their properties do', () => {
  const event = '{"timestamp":1795843777196,"name":"tool_data","sent":3,"avg_throughput":4.04}\n'
  assert.equal(jsonEvents(event), '{"avg_throughput":"$N","name":"tool_data","sent":3,"timestamp":"$MS"}\n')
})

test('of performance, what was done stays, and how fast it went does not', () => {
  const producer = '50 records sent, 561.7 records/sec (0.05 MB/sec), 22.10 ms avg latency, 88.00 ms max latency, 21 ms 50th, 23 ms 95th.\n'
  assert.equal(
    normalised({ code: 0, out: producer, err: '' }, of('kafka-producer-perf-test')).out,
    '50 records sent, $N records/sec ($N MB/sec), $N ms avg latency, $N ms max latency, $N ms 50th, $N ms 95th.\n',
  )
  const consumer = '2026-11-28 05:47:04:453, 2026-11-28 05:47:04:497, 0.0096, 0.0001, 150, 68.1818, 34, 10, 0.0003, 300.0000\n'
  assert.equal(normalised({ code: 0, out: consumer, err: '' }, of('kafka-consumer-perf-test')).out, '$TIME, $TIME, 0.0096, $N, 150, …\n')
  assert.equal(
    normalised({ code: 0, out: '0\t12.5\nAvg latency: 3.25 ms\n\nPercentiles: 50th = 1, 99th = 3\n', err: '' }, of('kafka-e2e-latency'))
      .out,
    '0\t$N\nAvg latency: $N ms\n\nPercentiles: 50th = $N, 99th = $N\n',
  )
})

test('log directories are told partition by partition', () => {
  const dirs = (...partitions: readonly unknown[]): string =>
    normalised(
      { code: 0, out: JSON.stringify({ version: 1, brokers: [{ broker: 1, logDirs: [{ partitions }] }] }), err: '' },
      of('kafka-log-dirs'),
    ).out
  const [one, two] = [
    { partition: 'a-0', size: 5 },
    { size: 6, partition: 'b-0' },
  ]
  assert.equal(dirs(one, two), dirs(two, one))
  assert.notEqual(dirs(one), dirs({ ...one, size: 6 }))
  assert.equal(dirs({ partition: '__consumer_offsets-0', size: 1 }), dirs({ partition: '__consumer_offsets-0', size: 2 }))
})
