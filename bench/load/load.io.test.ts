import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Load } from './load.ts'
import { PretendBroker } from './pretend-broker.ts'

const skip = compilerMissing() ? 'gcc is missing, which compiles the load generator' : false

function compilerMissing(): boolean {
  try {
    execFileSync('gcc', ['--version'], { stdio: 'ignore' })
    return process.platform !== 'linux'
  } catch {
    return true
  }
}

const brokers: PretendBroker[] = []
after(() => {
  for (const broker of brokers) broker.stop()
})

async function startBroker(): Promise<PretendBroker> {
  const broker = await PretendBroker.start()
  brokers.push(broker)
  return broker
}

test('what the generator says it has produced is what a broker has got, in sound batches', { skip }, async () => {
  const broker = await startBroker()
  const options = { port: broker.port, topic: 't', connections: 3, in_flight: 4, record: 100, batch: 1000, requests: 500, seconds: 60 }
  const { numbers, distributions } = await new Load().run('produce', options)
  assert.deepEqual(broker.problems, [])
  assert.equal(broker.requests, 500)
  assert.equal(numbers['requests'], 500)
  assert.equal(numbers['records'], broker.records)
  assert.equal(numbers['errors'], 0)
  assert.equal(distributions['latency']?.count, 500)
  assert.ok((numbers['batchBytes'] ?? 0) <= 1000)
  assert.ok((numbers['batchBytes'] ?? 0) > 880)
})

test('a consumer that reads to the end begins again, and counts every record', { skip }, async () => {
  const broker = await startBroker()
  const { port } = broker
  await new Load().run('produce', { port, topic: 't', records: 7, requests: 20, seconds: 60 })
  const { numbers } = await new Load().run('fetch', { port, topic: 't', seconds: 0.2 })
  assert.ok((numbers['rounds'] ?? 0) > 1)
  assert.equal(numbers['records'], (numbers['requests'] ?? 0) * 140)
})

test('when a broker stalls, everything that was due meanwhile counts as late, not just the request that met it', { skip }, async () => {
  const broker = await startBroker()
  broker.stallOnce(() => sleep(400))
  const { numbers, distributions } = await new Load().run('latency', { port: broker.port, topic: 't', rate: 200, records: 2, seconds: 1 })
  assert.deepEqual(broker.problems, [])
  assert.equal(numbers['due'], 200)
  assert.equal(numbers['requests'], 200)
  assert.equal(numbers['seen'], 200)
  assert.equal(broker.records, 400)
  // 80 of the 200 batches were due while the broker stood still. Were each counted from when it was sent, only the first would
  // have waited, and p99 would not know of it.
  const { ack, endToEnd } = distributions
  assert.ok((ack?.p99 ?? 0) > 300, `p99 ${ack?.p99} ms`)
  assert.ok((endToEnd?.p99 ?? 0) > 300, `end to end p99 ${endToEnd?.p99} ms`)
})

test('a misspelt option is refused', { skip }, async () => {
  await assert.rejects(new Load().run('fetch', { port: 1, topic: 't', bytes: 1 }), /nobody knows the option bytes/)
})
