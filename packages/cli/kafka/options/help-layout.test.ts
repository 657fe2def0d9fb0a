import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionParser } from './joptsimple.ts'
import { linePieces } from './line-breaks.ts'

// What joptsimple 5.0.4 printed for the same declarations.
test('the help has the two columns of joptsimple, sorted by name', () => {
  const parser = new OptionParser(
    {
      topic: { doc: 'The topic to read.', argument: 'topic' },
      'bootstrap-server': { doc: 'REQUIRED: where to begin, as host:port,host:port, and never twice.', argument: 'server to connect to' },
      timeout: { doc: 'Wait for so long (e.g. 1,000).', optionalArgument: 'ms', type: 'int', default: 5000 },
      'to-offset': { doc: 'First.\nSecond line of it.', argument: '', type: 'long' },
      kind: { doc: 'Which.', argument: 'election type', oneOf: ['PREFERRED', 'UNCLEAN'] },
      x: { doc: 'One letter.' },
    },
    { bare: true },
  )
  assert.equal(
    parser.help(),
    [
      'Option                                 Description                            ',
      '------                                 -----------                            ',
      '--bootstrap-server <String: server to  REQUIRED: where to begin, as host:port,',
      '  connect to>                            host:port, and never twice.          ',
      '--kind <[PREFERRED,UNCLEAN]: election  Which.                                 ',
      '  type>                                                                       ',
      '--timeout [Integer: ms]                Wait for so long (e.g. 1,000).         ',
      '                                         (default: 5000)                      ',
      '--to-offset <Long>                     First.                                 ',
      '                                       Second line of it.                     ',
      '--topic <String: topic>                The topic to read.                     ',
      '-x                                     One letter.                            ',
      '',
    ].join('\n'),
  )
})

test('a required option is marked', () => {
  const parser = new OptionParser({ server: { doc: 'Where.', argument: '', required: true } }, { bare: true })
  assert.equal(
    parser.help(),
    ['Option (* = required)  Description', '---------------------  -----------', '* --server <String>    Where.     ', ''].join('\n'),
  )
})

test('lines may end where Java lets them end', () => {
  const pieces = (text: string): string => linePieces(text).join('¦')
  assert.equal(pieces('key=val, 1,2,3; 1.5 -1 (e.g. x).'), 'key=val, ¦1,2,3; ¦1.5 ¦-1 ¦(e.¦g. ¦x).')
  assert.equal(pieces("can't a-b a--b --foo topic-id: 'x y' a 5%"), "can't ¦a-¦b ¦a--¦b ¦--¦foo ¦topic-¦id: ¦'x ¦y' ¦a ¦5%")
  assert.equal(pieces('org.apache.kafka.Foo  "double" 1,000.50'), 'org.¦apache.¦kafka.¦Foo  ¦"double" ¦1,000.50')
})
