import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBroker } from '@odradek/testing'
import { trial } from '../trial.ts'
import { tool } from './broker-api-versions.ts'
import { apiLines } from './usable.ts'

test('the versions of each API are told with the one that a client would take', async () => {
  await using broker = await startBroker()
  const { code, out, err } = await trial(tool, ['--bootstrap-server', broker.bootstrapServers])
  assert.equal(code, 0, err)
  const lines = out.split('\n')
  assert.equal(lines[0], `127.0.0.1:${broker.port} (id: 1 rack: null isFenced: false) -> (`)
  assert.match(out, /^\tApiVersions\(18\): 0 to 4 \[usable: 4\],$/m)
  assert.match(out, /^\tAddOffsetsToTxn\(25\): UNSUPPORTED,$/m, 'our broker has no transactions yet')
  assert.deepEqual(lines.slice(-2), [')', ''])
})

test('a broker of another age is told to be one', () => {
  const lines = apiLines(
    new Map([
      [1, { min: 0, max: 3 }],
      [3, { min: 99, max: 99 }],
      [999, { min: 0, max: 2 }],
    ]),
  )
  assert(lines.includes('Fetch(1): 0 to 3 [unusable: node too old]'))
  assert(lines.includes('Metadata(3): 99 [unusable: node too new]'))
  assert.equal(lines.at(-1), 'UNKNOWN(999): 0 to 2')
})

test('without a server to ask, the help is shown', async () => {
  const { code, err } = await trial(tool, ['--command-config', 'x'])
  assert.equal(code, 1)
  assert.match(err, /^Missing required argument "\[bootstrap-server\]"\nOption /)
})

test('what can not be read is told as Java tells it', async () => {
  const option = 'Option bootstrap-server requires an argument'
  const err = `${option}\njoptsimple.OptionMissingRequiredArgumentException: ${option}\n\n`
  assert.deepEqual(await trial(tool, ['--bootstrap-server']), { code: 1, out: '', err })
  const file = await trial(tool, ['--bootstrap-server', '127.0.0.1:1', '--command-config', '/no/such/file'])
  assert.deepEqual(file, { code: 1, out: '', err: '/no/such/file\njava.nio.file.NoSuchFileException: /no/such/file\n\n' })
})
