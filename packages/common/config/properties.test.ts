import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { UserError } from '../errors/user-error.ts'
import { settingsFromEnvironment } from './environment.ts'
import { formatProperties, parseProperties } from './properties.ts'
import { nearestName } from './suggest.ts'

test('a properties file is read as Java reads it', () => {
  const text = String.raw`# a comment \
! another
   listeners = PLAINTEXT://:9092,\
               CONTROLLER://:9093
node.id:1
log.dirs /data/a
empty
empty.too=
with\ space\:and\=more = x
tab.value=a\tb\\c
unicode=\u00e4\u20ac é
trailing=blank 
twice=1
twice=2
backslashes=c:\\\\
next=after
  ! indented comment
end=\ `
  assert.deepEqual(Object.fromEntries(parseProperties(text.replace('trailing=blank ', 'trailing=blank '))), {
    listeners: 'PLAINTEXT://:9092,CONTROLLER://:9093',
    'node.id': '1',
    'log.dirs': '/data/a',
    empty: '',
    'empty.too': '',
    'with space:and=more': 'x',
    'tab.value': 'a\tb\\c',
    unicode: 'ä€ é',
    trailing: 'blank ',
    twice: '2',
    backslashes: 'c:\\\\',
    next: 'after',
    end: ' ',
  })
})

test('line ends of all systems, and a file that breaks off in a continuation', () => {
  assert.deepEqual(
    [...parseProperties('a=1\r\nb=2\rc=3\\\r\n  4\n\n\nd=5\\')],
    [
      ['a', '1'],
      ['b', '2'],
      ['c', '34'],
      ['d', '5'],
    ],
  )
  assert.deepEqual([...parseProperties('')], [])
})

test('a broken escape is told to the user', () => {
  assert.throws(
    () => parseProperties('a=\\u12'),
    (error) => error instanceof UserError && /Malformed \\uxxxx/.test(error.message),
  )
})

test('what is written is read back as it was', () => {
  const text = fc.string({ unit: fc.constantFrom('a', ' ', '=', ':', '\\', '\n', '\t', '#', '!', 'é', '\r', '\f', 'u', '0') })
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text)), (pairs) => {
      const properties = new Map(pairs)
      assert.deepEqual(parseProperties(formatProperties(properties)), properties)
    }),
  )
})

test('what is written is ASCII, since Java takes other bytes for Latin-1', () => {
  assert.equal(formatProperties([['ä', '€\u{1f600}']]), '\\u00e4=\\u20ac\\ud83d\\ude00\n')
})

test('environment variables follow the rule of the apache/kafka image', () => {
  const settings = settingsFromEnvironment({
    KAFKA_LOG_DIRS: '/data',
    KAFKA_LISTENER_NAME_CLIENT___A_SSL_KEY: 'x',
    KAFKA_A__B: 'y',
    KAFKA_HEAP_OPTS: '-Xmx1g',
    KAFKA_LOG4J_ROOT_LOGLEVEL: 'DEBUG',
    PATH: '/bin',
    KAFKA_EMPTY: '',
    KAFKA_GONE: undefined,
  })
  assert.deepEqual(Object.fromEntries(settings), { 'log.dirs': '/data', 'listener.name.client-a.ssl.key': 'x', a_b: 'y', empty: '' })
})

test('a name that nobody knows is likely to be one that is near', () => {
  const known = ['log.retention.hours', 'log.retention.ms', 'log.retention.minutes', 'num.partitions', 'listeners', 'log.dirs', 'log.dir']
  assert.equal(nearestName('log.retention.hour', known), 'log.retention.hours')
  assert.equal(nearestName('num.partiitons', known), 'num.partitions')
  assert.equal(nearestName('retention.ms', known), 'log.retention.ms')
  assert.equal(nearestName('Listeners', known), 'listeners')
  assert.equal(nearestName('zookeeper.connect', known), undefined)
  assert.equal(nearestName('x', known), undefined)
})
