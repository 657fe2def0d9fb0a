import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionParser } from './joptsimple.ts'
import { OptionException } from './option-exception.ts'

const parser = new OptionParser({
  topic: { doc: 'Its name.', argument: 'topic' },
  partitions: { doc: 'How many.', argument: '# of partitions', type: 'int' },
  offset: { doc: 'From where.', argument: 'offset', type: 'long' },
  state: { doc: 'Only these.', optionalArgument: '' },
  timeout: { doc: 'How long.', optionalArgument: 'ms', type: 'int', default: 5000 },
  config: { doc: 'Several.', argument: 'name=value' },
  topics: { doc: 'Several in one.', argument: 'list', separatedBy: ',' },
  'election-type': { doc: 'Which one.', argument: 'type', oneOf: ['preferred', 'unclean'] },
  'producer.config': { doc: 'A file.', argument: 'file' },
  list: { doc: 'All.' },
  v: { doc: 'Short.' },
  n: { doc: 'Short, with a number.', argument: '', type: 'int' },
})
const says = (message: string): ((error: unknown) => boolean) => {
  return (error) => error instanceof OptionException && error.message === message
}

test('an argument follows its option, or is attached to it', () => {
  for (const args of [['--topic', 't'], ['--topic=t'], ['-topic', 't'], ['-topic=t']]) {
    assert.equal(parser.parse(args).value('topic'), 't')
  }
  assert.equal(parser.parse(['--config', 'a=b=c']).value('config'), 'a=b=c')
  assert.equal(parser.parse(['--config=a=b']).value('config'), 'a=b')
  assert.equal(parser.parse(['--topic=']).value('topic'), '')
  assert.equal(parser.parse(['--producer.config', 'f']).value('producer.config'), 'f')
})

test('an option that needs an argument takes whatever follows', () => {
  const options = parser.parse(['--topic', '--list'])
  assert.equal(options.value('topic'), '--list')
  assert.equal(options.has('list'), false)
  assert.throws(() => parser.parse(['--list', '--topic']), says('Option topic requires an argument'))
})

test('an optional argument is taken unless it looks like an option', () => {
  assert.deepEqual(parser.parse(['--state', 'Stable']).values('state'), ['Stable'])
  const without = parser.parse(['--state', '--list'])
  assert.equal(without.has('state'), true)
  assert.deepEqual(without.values('state'), [])
  assert.equal(without.value('state'), undefined)
  assert.equal(parser.parse(['--timeout', '-5']).number('timeout'), -5)
  assert.deepEqual(parser.parse(['--timeout', 'soon']).rest, ['soon'])
  assert.equal(parser.parse(['--timeout']).number('timeout'), 5000)
  assert.equal(parser.parse(['--state']).has('state'), true)
})

test('words without an option are kept, and all behind --', () => {
  assert.deepEqual(parser.parse(['a', '--list', '-', 'b', '--', '--topic', 't']).rest, ['a', '-', 'b', '--topic', 't'])
})

test('an unknown option is named', () => {
  assert.throws(() => parser.parse(['--tpoic', 't']), says('tpoic is not a recognized option'))
  assert.throws(() => parser.parse(['--tpoic=t']), says('tpoic is not a recognized option'))
  assert.throws(() => parser.parse(['--lis']), says('lis is not a recognized option'))
  assert.throws(() => parser.parse(['-x']), says('x is not a recognized option'))
})

test('options of one letter may be written as one word, the last with its argument', () => {
  const options = parser.parse(['-vn5', '-v'])
  assert.equal(options.has('v'), true)
  assert.equal(options.number('n'), 5)
  assert.equal(parser.parse(['-n', '7']).number('n'), 7)
  assert.throws(() => parser.parse(['-vx']), says('x is not a recognized option'))
})

test('several arguments are a list, and a mistake where one is wanted', () => {
  const options = parser.parse(['--config', 'a=1', '--config', 'b=2', '--topic', 't', '--topic', 'u'])
  assert.deepEqual(options.values('config'), ['a=1', 'b=2'])
  assert.throws(() => options.value('topic'), says('Found multiple arguments for option topic, but you asked for only one'))
  assert.deepEqual(parser.parse(['--topics', 'a,,b,', '--topics', 'c']).values('topics'), ['a', 'b', 'c'])
  assert.deepEqual(parser.parse(['--topics', '']).values('topics'), [''])
})

test('the order in which options were written is kept', () => {
  assert.deepEqual(parser.parse(['--list', '--config', 'a', '--topic=t', '--config', 'b']).inOrder, ['list', 'config', 'topic', 'config'])
})

test('what can not be converted is found when it is asked for', () => {
  const options = parser.parse(['--partitions', '3x', '--offset', '9223372036854775808', '--election-type', 'other'])
  assert.throws(() => options.number('partitions'), says("Cannot parse argument '3x' of option partitions"))
  assert.throws(() => options.long('offset'), says("Cannot parse argument '9223372036854775808' of option offset"))
  assert.throws(() => options.value('election-type'), says("Cannot parse argument 'other' of option election-type"))
  assert.throws(() => parser.parse(['--partitions', '2147483648']).number('partitions'), OptionException)
  assert.throws(() => parser.parse(['--partitions', '']).number('partitions'), OptionException)
})

test('numbers keep all their bits', () => {
  const options = parser.parse(['--partitions', '+3', '--offset', '-9223372036854775808', '--election-type', 'PREFERRED'])
  assert.equal(options.number('partitions'), 3)
  assert.equal(options.long('offset'), -(2n ** 63n))
  assert.equal(options.value('election-type'), 'PREFERRED')
})

test('a default is a value, but the option was not given', () => {
  const options = parser.parse([])
  assert.equal(options.has('timeout'), false)
  assert.equal(options.number('timeout'), 5000)
  assert.equal(options.value('topic'), undefined)
})

test('a required option must be there, unless help or version are asked for', () => {
  const strict = new OptionParser({ server: { doc: '', argument: '', required: true }, group: { doc: '', argument: '', required: true } })
  assert.throws(() => strict.parse([]), says('Missing required option(s) [server, group]'))
  assert.equal(strict.parse(['--help']).has('help'), true)
  assert.equal(strict.parse(['--version']).has('version'), true)
})

test('without help and version where a tool has its own', () => {
  assert.throws(() => new OptionParser({}, { bare: true }).parse(['--help']), says('help is not a recognized option'))
})
