import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBroker } from '@odradek/testing'
import { trial } from '../trial.ts'
import { tool } from './cluster.ts'

test('a cluster tells its id, and where its brokers are', async () => {
  await using broker = await startBroker({ config: { 'broker.rack': 'a' } })
  const server = ['--bootstrap-server', broker.bootstrapServers]
  const { code, out, err } = await trial(tool, ['cluster-id', ...server])
  assert.equal(err, '')
  assert.equal(code, 0)
  assert.match(out, /^Cluster ID: [\w-]{22}\n$/)
  assert.deepEqual(await trial(tool, ['list-endpoints', ...server, '--include-fenced-brokers']), {
    code: 0,
    out:
      'ID         HOST      PORT       RACK STATE      ENDPOINT_TYPE  \n' +
      `1          127.0.0.1 ${String(broker.port).padEnd(10)} a unfenced   broker         \n`,
    err: '',
  })
})

test('a cluster without the request says so in a line, and no broker has a negative id', async () => {
  await using broker = await startBroker()
  const unregister = (id: string) => trial(tool, ['unregister', '--bootstrap-server', broker.bootstrapServers, '--id', id])
  assert.deepEqual(await unregister('99'), {
    code: 0,
    out: 'The target cluster does not support the broker unregistration API.\n',
    err: '',
  })
  const { code, err } = await unregister('-3')
  assert.equal(code, 1)
  const failure = 'org.apache.kafka.common.errors.BrokerIdNotRegisteredException: Broker ID -3 is not currently registered'
  assert.deepEqual(err.split('\n').slice(0, 2), [failure, `java.util.concurrent.ExecutionException: ${failure}`])
})

test('mistakes end with code 1, and so does help', async () => {
  const told = async (...args: readonly string[]): Promise<string> => {
    const { code, out, err } = await trial(tool, args, { env: { COLUMNS: '500' } })
    assert.equal(code, 1)
    return err === '' ? out : err
  }
  assert.match(await told(), /^usage: .*\nkafka-cluster: error: too few arguments\n$/)
  assert.match(await told('cluster-id'), /error: one of the arguments --bootstrap-server\/-b --bootstrap-controller\/-C is required\n$/)
  assert.match(await told('clusterid'), /\n\nDid you mean:\n\tcluster-id\n$/)
  assert.match(await told('-h'), /^usage: kafka-cluster \[-h\] \{cluster-id,unregister,list-endpoints\} \.\.\.\n/)
  const server = ['--bootstrap-server', '127.0.0.1:1']
  assert.match(
    await told('cluster-id', ...server, '--config', 'a', '-c', 'b'),
    /^--config and --command-config cannot be specified together\.\n/,
  )
  assert.match(
    await told('cluster-id', ...server, '--config', '/no/such'),
    /^Option --config has been deprecated and will be removed in a future version\. Use --command-config instead\.\n\/no\/such\n/,
  )
  assert.match(
    await told('list-endpoints', '-C', '127.0.0.1:1', '--include-fenced-brokers'),
    /^The option --include-fenced-brokers is only supported with --bootstrap-server option\n/,
  )
})
