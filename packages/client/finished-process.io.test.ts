import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { startBroker } from '@odradek/testing'

const run = promisify(execFile)

/** Runs a program with a consumer that is never closed, of a broker at this port. */
function reading(port: number, groupId: string, body: string): Promise<{ stdout: string; stderr: string }> {
  const text = `
    import { Kafka } from '${new URL('index.ts', import.meta.url).href}'
    const kafka = new Kafka({ bootstrapServers: '127.0.0.1:${port}' })
    const consumer = kafka.consumer({ groupId: '${groupId}', autoOffsetReset: 'earliest' })
    ${body}`
  return run(process.execPath, ['--input-type=module', '-e', text], { timeout: 60_000 })
}

/** Runs a program with a cluster at this port; gives what it printed. */
async function program(port: number, body: string): Promise<{ stdout: string; stderr: string }> {
  const here = new URL('.', import.meta.url).href
  const text = `
    import { connectCluster } from '${here}cluster/connected-cluster.ts'
    import { clusterDefaults } from '${here}cluster/cluster-fixture.ts'
    import { systemEnvironment } from '${here}system-environment.ts'
    const settings = { ...clusterDefaults, bootstrapServers: [{ host: '127.0.0.1', port: ${port} }] }
    const cluster = connectCluster({ environment: systemEnvironment(), settings, clientId: 'program' })
    ${body}`
  return run(process.execPath, ['--input-type=module', '-e', text], { timeout: 60_000 })
}

test('a program that is done ends, though it has not closed its connections; and timers give no warnings', async () => {
  await using kafka = await startBroker({ topics: { orders: 2 } })
  const { stdout, stderr } = await program(
    kafka.port,
    `const { partitions } = await cluster.topic('orders')
     await cluster.coordinator('group', 'g')
     console.log('partitions', partitions.length)`,
  )
  assert.equal(stdout, 'partitions 2\n')
  assert.equal(stderr, '')
})

test('a program that waits lives until its time is over, though there is nothing but a back-off', async () => {
  await using kafka = await startBroker()
  await kafka.stop()
  const { stdout } = await program(kafka.port, `await cluster.topic('orders', { timeoutMs: 700 }).catch(({ code }) => console.log(code))`)
  assert.equal(stdout, 'REQUEST_TIMED_OUT\n')
})

test('a program that has read enough ends, though its consumer is not closed and fetches ahead', async () => {
  await using kafka = await startBroker({ topics: { orders: 2 } })
  await reading(
    kafka.port,
    'none',
    `await using producer = kafka.producer()
     for (let n = 0; n < 10; n++) await producer.send('orders', { value: String(n), partition: 0 })`,
  )
  const partition = `{ topic: 'orders', partition: 0 }`
  const bodies = {
    'a loop that is left': `consumer.subscribe(['orders'])
      for await (const record of consumer.records()) if (record.offset === 4) break`,
    'a loop that is aborted': `consumer.subscribe(['orders'])
      const stop = new AbortController()
      for await (const record of consumer.records({ signal: stop.signal })) if (record.offset === 9) stop.abort()`,
    'a poll': `consumer.assign([${partition}])
      while ((await consumer.poll(100)).length === 0);`,
    'a position': `consumer.assign([${partition}])
      await consumer.position(${partition})`,
  }
  for (const [name, body] of Object.entries(bodies)) {
    const { stdout } = await reading(kafka.port, name, `${body}\nconsole.log('done')`)
    assert.equal(stdout, 'done\n', name)
  }
})
