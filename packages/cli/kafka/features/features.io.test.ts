import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBroker } from '@odradek/testing'
import { trial } from '../trial.ts'
import { tool } from './features.ts'

test('the features of a cluster are shown in columns', async () => {
  await using broker = await startBroker()
  const { code, out, err } = await trial(tool, ['--bootstrap-server', broker.bootstrapServers, 'describe', '--node-id', '1'])
  assert.equal(err, '')
  assert.equal(code, 0)
  const level = (text: string): string => text.padEnd(15)
  const line = new RegExp(
    `^Feature: ${'metadata.version'.padEnd(40)}  SupportedMinVersion: ${level('3.3-IV3')}  ` +
      String.raw`SupportedMaxVersion: ${level('4.3-IV0')}  FinalizedVersionLevel: ${level('4.3-IV0')}  Epoch: \d+$`,
    'm',
  )
  assert.match(out, line)
})

test('features are raised, lowered and switched off, each with a line of its own', async () => {
  await using broker = await startBroker()
  const change = (...args: readonly string[]) => trial(tool, ['--bootstrap-server', broker.bootstrapServers, ...args])
  assert.deepEqual(await change('upgrade', '--feature', 'metadata.version=30', '--dry-run'), {
    code: 0,
    out: 'metadata.version can be upgraded to 30.\n',
    err: '',
  })
  assert.deepEqual(await change('upgrade', '--metadata', '4.3'), {
    code: 0,
    out: 'metadata.version was upgraded to 30.\n',
    err: ' `metadata` flag is deprecated and may be removed in a future release.\n',
  })
  const refused = await change('downgrade', '--feature', 'metadata.version=1')
  assert.equal(refused.code, 1)
  assert.match(refused.out, /^Could not downgrade metadata\.version to 1\. ./)
  assert.equal(refused.err, '1 out of 1 operation(s) failed.\n')
  const unknown = await change('disable', '--feature', 'b.version', '--feature', 'a.version', '--dry-run')
  assert.match(unknown.out, /^Can not disable a\.version\. .*\nCan not disable b\.version\. /)
  assert.equal(unknown.err, '2 out of 2 operation(s) failed.\n')
})

test('what belongs to a version needs no cluster', async () => {
  const { code, out } = await trial(tool, ['version-mapping', '--release-version', '4.1'])
  assert.deepEqual([code, out.split('\n')[0]], [0, 'metadata.version=27 (4.1)'])
  const needed = await trial(tool, ['feature-dependencies', '--feature', 'group.version=1', '--feature', 'metadata.version=30'])
  assert.equal(needed.out, 'group.version=1 has no dependencies.\nmetadata.version=30 (4.3-IV0) has no dependencies.\n')
})

test('mistakes are told in one line', async () => {
  const told = async (...args: readonly string[]): Promise<string> => {
    const { code, out, err } = await trial(tool, args)
    assert.deepEqual([code, out], [1, ''])
    return err
  }
  const server = ['--bootstrap-server', '127.0.0.1:1']
  assert.equal(
    await told('describe'),
    'Command line error: You must specify either --bootstrap-controller or --bootstrap-server.. Type --help for help.',
  )
  assert.equal(await told(), 'Command line error: too few arguments. Type --help for help.')
  assert.equal(await told(...server, '--command-config', '/no/such', 'describe'), '/no/such\n')
  assert.match(
    await told('version-mapping', '--release-version', '1.0'),
    /^Unknown metadata\.version '1\.0'\. Supported metadata\.version are: 3\.3-IV3, /,
  )
  assert.equal(
    await told('--bootstrap-server', 'nowhere', 'describe'),
    'Failed to create new KafkaAdminClient\nCaused by: org.apache.kafka.common.config.ConfigException: Invalid url in bootstrap.servers: nowhere\n',
  )
})

test('what is wrong with the features is told before anybody is asked', async () => {
  await using broker = await startBroker()
  const told = async (...args: readonly string[]): Promise<string> => {
    const { code, err } = await trial(tool, ['--bootstrap-server', broker.bootstrapServers, ...args])
    assert.equal(code, 1)
    return err
  }
  assert.equal(await told('upgrade'), 'You must specify at least one feature to upgrade\n')
  assert.equal(await told('upgrade', '--feature', 'a=1', '--feature', 'a=2'), 'Feature a was specified more than once.\n')
  assert.equal(await told('disable', '--feature', 'a', '--feature', 'a'), 'Feature a was specified more than once.\n')
  assert.equal(await told('describe', '--node-id', '-1'), 'Invalid node id -1: must be non-negative.\n')
  assert.equal(
    await told('upgrade', '--release-version', '4.3', '--metadata', '4.3'),
    'Can not specify `release-version` with other feature flags.\n',
  )
})
