import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RecordedTerminal } from '../../recorded-terminal.ts'
import { brokersAmong } from './broker-processes.ts'
import type { BrokerProcess } from './broker-processes.ts'
import { stop } from './server-stop.ts'

const started = (line: string, directory = '/home') => brokersAmong([{ pid: 7, args: line.split(' '), directory }], (path) => files[path])
const files: Readonly<Record<string, string>> = {
  '/home/config/server.properties': 'node.id=4\nprocess.roles=broker\n',
  '/etc/broker.properties': 'broker.id=5\n',
}

test('brokers are known by how they were started, and by the file that they were given', () => {
  assert.deepEqual(started('/usr/bin/node /opt/packages/cli/kafka-tool.js kafka-server-start config/server.properties'), [
    { pid: 7, nodeId: '4', roles: 'broker' },
  ])
  assert.deepEqual(started('node /usr/local/bin/kafka-server-start /etc/broker.properties --override node.id=6'), [
    { pid: 7, nodeId: '6', roles: 'broker,controller' },
  ])
  assert.deepEqual(started('node --max-old-space-size=400 node_modules/.bin/odradek start --config=/etc/broker.properties'), [
    { pid: 7, nodeId: '5', roles: 'broker,controller' },
  ])
  assert.deepEqual(started('node odradek.js start --port 9093 --override=node.id=9'), [{ pid: 7, nodeId: '9', roles: 'broker,controller' }])
  assert.deepEqual(started('node odradek.js server-start config/server.properties'), [{ pid: 7, nodeId: '4', roles: 'broker' }])
  assert.equal(started('node odradek.js start', '/')[0]?.nodeId, '1')
})

test('other programs are none, however they look', () => {
  for (const line of [
    'vim kafka-server-start',
    'node odradek.js topic list',
    'node kafka-tool.js kafka-server-stop --node-id=1',
    'node kafka-tool.js kafka-server-start -daemon x',
    'node -e start',
    'node',
    'java -cp x kafka.Kafka config/server.properties',
  ]) {
    assert.deepEqual(started(line), [], line)
  }
})

/** What is said, which processes get which signal, and the exit code. */
function stopped(args: readonly string[], brokers: readonly BrokerProcess[], env: Readonly<Record<string, string>> = {}) {
  const terminal = new RecordedTerminal({ env })
  const killed: string[] = []
  const code = stop(args, terminal, {
    brokers: () => brokers,
    kill: (pid, signal) => {
      if (pid === 13) throw new Error('kill EPERM')
      killed.push(`${pid} ${signal}`)
    },
  })
  return { code, killed, said: terminal.stdout + terminal.stderr }
}

const two: readonly BrokerProcess[] = [
  { pid: 1, nodeId: '1', roles: 'broker,controller' },
  { pid: 2, nodeId: '2', roles: 'broker' },
]

test('all brokers are asked to stop, with the signal that SIGNAL names', () => {
  assert.deepEqual(stopped([], two), { code: 0, killed: ['1 SIGTERM', '2 SIGTERM'], said: '' })
  assert.deepEqual(stopped([], two, { SIGNAL: 'KILL' }).killed, ['1 SIGKILL', '2 SIGKILL'])
  assert.deepEqual(stopped([], two, { SIGNAL: 'NOPE' }), {
    code: 1,
    killed: [],
    said: 'There is no signal NOPE: set SIGNAL to TERM, INT or KILL, or leave it out.\n',
  })
})

test('one of several is stopped by its id or its role', () => {
  assert.deepEqual(stopped(['--node-id=2'], two).killed, ['2 SIGTERM'])
  assert.deepEqual(stopped(['--process-role=broker'], two).killed, ['2 SIGTERM'])
  assert.deepEqual(stopped(['--process-role=broker', '--node-id=1'], two), {
    code: 0,
    killed: ['1 SIGTERM'],
    said: 'When both node-id and process-role are provided, the value for node-id will take precedence\n',
  })
  assert.deepEqual(stopped(['--node-id=3'], two), { code: 0, killed: [], said: 'Of 2 running brokers none is meant.\n' })
})

test('without a broker there is none to stop; one of somebody else’s is told', () => {
  assert.deepEqual(stopped([], []), { code: 1, killed: [], said: 'No kafka server to stop\n' })
  const others = [{ pid: 13, nodeId: '1', roles: 'broker' }, ...two.slice(1)]
  assert.deepEqual(stopped([], others), { code: 1, killed: ['2 SIGTERM'], said: 'Process 13 can not be stopped: kill EPERM\n' })
})
