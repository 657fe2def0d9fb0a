import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { startBroker } from '@odradek/testing'
import { trial } from '../trial.ts'
import type { Seen } from '../trial.ts'
import { tool } from './storage.ts'

const clusterId = 'J7s9e8PPTKOO47PxzI39VA'

/** A server.properties with two data directories, and a place for them. */
function server(t: TestContext, more = '') {
  const root = mkdtempSync(join(tmpdir(), 'odradek-storage-'))
  t.after(() => rmSync(root, { recursive: true }))
  const [one, two, config] = [join(root, 'one'), join(root, 'two'), join(root, 'server.properties')]
  writeFileSync(config, `node.id=1\nlisteners=PLAINTEXT://127.0.0.1:0\nlog.dirs=${one},${two}\n${more}`)
  const run = (command: 'info' | 'format', ...args: readonly string[]): Promise<Seen> =>
    trial(tool, [command, '-c', config, ...(command === 'format' ? ['-t', clusterId] : []), ...args])
  return { root, one, two, config, run }
}

const kraft = 'process.roles=broker,controller\ncontroller.listener.names=CONTROLLER\n'

test('directories are formatted once, and told apart from those that are', async (t) => {
  const { one, two, run } = server(t)
  assert.deepEqual(await run('info'), {
    code: 1,
    out: `Found problems:\n  ${one} does not exist\n  ${two} does not exist\n\n`,
    err: '',
  })
  const { code, out, err } = await run('format')
  assert.equal(err, '')
  assert.equal(code, 0)
  const [bootstrap, ...formatted] = out.trimEnd().split('\n')
  assert.match(bootstrap ?? '', /^Bootstrap metadata: BootstrapMetadata\(records=\[.*\], metadataVersionLevel=30, source=format command\)$/)
  assert.deepEqual(formatted, [
    `Formatting metadata directory ${one} with metadata.version 4.3-IV0.`,
    `Formatting data directory ${two} with metadata.version 4.3-IV0.`,
  ])
  assert.match(readFileSync(join(two, 'meta.properties'), 'utf8'), new RegExp(`^cluster\\.id=${clusterId}$`, 'm'))
  assert.deepEqual(await run('format'), {
    code: 1,
    out: '',
    err: `Log directory ${one} is already formatted. Use --ignore-formatted to ignore this directory and format the others.\n`,
  })
  assert.deepEqual(await run('format', '-g'), { code: 0, out: 'All of the log directories are already formatted.\n', err: '' })
  const info = await run('info')
  assert.equal(info.code, 0)
  assert.match(
    info.out,
    new RegExp(
      `^Found log directories:\n  ${one}\n  ${two}\n\nFound metadata: \\{cluster\\.id=${clusterId}, directory\\.id=.{22}, node\\.id=1, version=1\\}\n\n$`,
    ),
  )
})

test('a broker begins with the cluster id and at the release that its directories were formatted with', async (t) => {
  const { one, two, run } = server(t)
  await run('format', '--release-version', '4.0')
  await using broker = await startBroker({ disk: one, config: { 'log.dirs': `${one},${two}` } })
  assert.equal(broker.broker.clusterId, clusterId)
  assert.equal(broker.broker.services.metadata.image.finalizedFeatures.get('metadata.version'), 25)
})

test('what belongs to somebody else, or can’t be known, is left alone', async (t) => {
  const { one, two, config, run } = server(t)
  await run('format')
  const other = await trial(tool, ['format', '-c', config, '-t', 'other', '-g'])
  assert.deepEqual(other, {
    code: 1,
    out: '',
    err: `Exception in thread "main" java.lang.RuntimeException: Invalid cluster.id in: ${one}/meta.properties. Expected other, but read ${clusterId}\n`,
  })
  writeFileSync(config, `node.id=7\nlog.dirs=${one}\n`)
  assert.match((await run('format', '-g')).err, /java\.lang\.RuntimeException: Stored node id 1 doesn't match previous node id 7 in /)
  writeFileSync(config, `log.dirs=${one},${two}\n`)
  rmSync(two, { recursive: true })
  mkdirSync(join(two, 'orders-0'), { recursive: true })
  const lost = await run('format', '-g')
  assert.equal(lost.code, 1)
  assert.match(lost.err, /two holds partitions \(orders-0, …\)/)
  assert.equal(existsSync(join(two, 'meta.properties')), false)
})

test('info says what is wrong with a directory', async (t) => {
  const { one, two, config, run } = server(t)
  await run('format')
  const meta = readFileSync(join(one, 'meta.properties'), 'utf8')
  const problemWith = async (text: string): Promise<string> => {
    writeFileSync(join(two, 'meta.properties'), text)
    const { code, out } = await run('info')
    assert.equal(code, 1)
    return /Found problem:\n {2}(.*)\n\n$/.exec(out)?.[1] ?? ''
  }
  assert.equal(await problemWith(meta.replace(clusterId, 'other')), 'Mismatched cluster IDs between storage directories.')
  assert.equal(await problemWith(meta.replace('node.id=1', 'node.id=2')), 'Mismatched node IDs between storage directories.')
  assert.equal(await problemWith('version=1\n'), `Error loading ${two}/meta.properties: Failed to find node.id`)
  rmSync(two, { recursive: true })
  writeFileSync(two, '')
  assert.match((await run('info')).out, /two is not a directory\n/)
  writeFileSync(config, `log.dirs=${one}\n`)
  rmSync(join(one, 'meta.properties'))
  assert.match((await run('info')).out, /^Found log directory:\n {2}.*\n\nFound problem:\n {2}.*one is not formatted\.\n\n$/)
})

test('a configuration of Kafka needs what Kafka needs of a quorum', async (t) => {
  const { one, run, config } = server(t, kraft)
  const without = await run('format')
  assert.equal(without.code, 1)
  assert.match(without.err, /^Because controller\.quorum\.voters is not set on this controller, you must specify one of the following: /)
  const { out } = await run('format', '--standalone')
  assert.match(out, new RegExp(`^Formatting dynamic metadata voter directory ${one} with metadata\\.version 4\\.3-IV0\\.$`, 'm'))
  writeFileSync(config, `${kraft}node.id=1\ncontroller.quorum.voters=1@localhost:9093\nlog.dirs=${one}\n`)
  assert.match((await run('format', '--standalone')).err, /^You cannot specify controller\.quorum\.voters and format the node with /)
  assert.match(
    (await run('format', '-f', 'kraft.version=1')).err,
    /^Cannot set kraft\.version to 1 unless controller\.quorum\.voters is empty/,
  )
})

test('what can’t be kept is refused rather than forgotten', async (t) => {
  const { one, run } = server(t)
  const told = async (...args: readonly string[]): Promise<string> => {
    const { code, out, err } = await run('format', ...args)
    assert.deepEqual([code, out], [1, ''])
    return err
  }
  assert.match(await told('-S', 'SCRAM-SHA-256=[name=alice,password=secret]'), /^SCRAM credentials can not be kept: /)
  assert.match(await told('-f', 'share.version=1'), /^share\.version can not be kept: /)
  assert.match(await told('-r', '9'), /^Unknown metadata\.version '9'\. /)
  assert.match(await told('-f', 'nope=1'), /^Unsupported feature: nope\. Supported features are: eligible\.leader\.replicas\.version, /)
  assert.equal(
    await told('-r', '4.0', '-f', 'metadata.version=20'),
    'Use --release-version instead of --feature metadata.version=X to avoid ambiguity.\n',
  )
  assert.match(await told('-r', '3.9', '-f', 'eligible.leader.replicas.version=1'), /because it depends on metadata\.version level 23\n$/)
  assert.equal(existsSync(one), false)
})

test('ids, versions and features need no configuration; arguments may stand in a file', async (t) => {
  const { root, config } = server(t)
  assert.match((await trial(tool, ['random-uuid'])).out, /^[\w][\w-]{21}\n$/)
  assert.equal((await trial(tool, ['version-mapping', '-r', '3.3'])).out.split('\n')[0], 'metadata.version=7 (3.3)')
  const needed = async (feature: string): Promise<string> => {
    const { code, out, err } = await trial(tool, ['feature-dependencies', '-f', feature])
    return `${code} ${out}${err}`
  }
  assert.equal(await needed('group.version=1'), '0 group.version=1 has no dependencies.\n')
  assert.equal(await needed('group.version=7'), '1 Feature level 7 is not supported for feature group.version\n')
  assert.equal(await needed('group'), "1 Invalid feature format: group. Expected format: 'feature=version' (e.g. 'group.version=1')\n")
  assert.equal(await needed('nope=1'), '1 Unknown feature: nope\n')
  writeFileSync(join(root, 'args'), `info\n-c\n${config}\n`)
  assert.match((await trial(tool, [`@${root}/args`])).out, /^Found problems:\n/)
  assert.match((await trial(tool, [`@${root}/none`])).err, /error: Could +not +read +arguments +from +file/)
  assert.equal((await trial(tool, ['-h'])).code, 0)
  assert.equal((await trial(tool, [])).code, 1)
})
