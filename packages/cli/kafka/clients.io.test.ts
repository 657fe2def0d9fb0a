import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { RecordedTerminal } from '../recorded-terminal.ts'
import { clientsOf, propertiesFile } from './clients.ts'
import { javaText } from './java-names.ts'

const folder = mkdtempSync(join(tmpdir(), 'odradek-cli-'))
after(() => rmSync(folder, { recursive: true }))
const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const refused = (act: () => unknown, text: RegExp): void =>
  assert.throws(act, (error) => {
    assert.match(javaText(error), text)
    return true
  })

test('a file of properties, in UTF-8 and in Latin-1', () => {
  assert.deepEqual(propertiesFile(file('utf8', 'a=b\nname=Żółw\n')), { a: 'b', name: 'Żółw' })
  assert.deepEqual(propertiesFile(file('latin1', Buffer.from('name=Käse', 'latin1'))), { name: 'Käse' })
})

test('a file that can not be read is named as Java names it', () => {
  refused(() => propertiesFile(join(folder, 'nowhere')), /^java\.nio\.file\.NoSuchFileException: .*nowhere$/)
  refused(() => propertiesFile(folder), /^java\.io\.IOException: Is a directory$/)
  refused(() => propertiesFile(file('broken', String.raw`a=\u12`)), /^java\.lang\.IllegalArgumentException: Malformed \\uxxxx encoding\.$/)
})

test('what was said on the command line wins over the file, and the server over all', async () => {
  const terminal = new RecordedTerminal()
  const commandConfig = file('client.properties', 'bootstrap.servers=elsewhere:1\nclient.id=from-file\nacks=0\n')
  await using kafka = clientsOf({ terminal, commandConfig, bootstrapServer: '127.0.0.1:9', clientId: 'ours', properties: { acks: 'all' } })
  kafka.producer()
  assert.equal(terminal.stderr, '')
})

test('what is in a file for others is no reason to speak up; a name that nobody knows is, once', async () => {
  const terminal = new RecordedTerminal()
  const properties = { acks: 'all', retries: '3', 'linger.ms': '5', lingerMs: '5', secret: 'x', 'request.timeuot.ms': '50' }
  await using kafka = clientsOf({ terminal, bootstrapServer: '127.0.0.1:9', properties })
  kafka.admin()
  kafka.consumer()
  kafka.producer()
  assert.match(
    terminal.stderr,
    /^\[[^\]]+\] WARN request\.timeuot\.ms is no setting .*did you mean request\.timeout\.ms\? \(odradek\.client\)\n$/,
  )
})

test('warnings have the form of log4j', async () => {
  const terminal = new RecordedTerminal()
  await using kafka = clientsOf({
    terminal,
    bootstrapServer: '127.0.0.1:9',
    properties: { 'default.api.timeout.ms': '50', 'request.timeout.ms': '50' },
  })
  await assert.rejects(kafka.admin().listTopics())
  for (const line of terminal.stderr.split('\n').slice(0, -1))
    assert.match(line, /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\] (?:WARN|ERROR) .+ \(odradek\.client\)$/)
})
