import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UserError } from '../errors/user-error.ts'
import type { Secret } from '../logging/secret.ts'
import type { ConfigDef, ConfigOf } from './config-def.ts'
import { ConfigError } from './config-error.ts'
import { boolean, classOf, enumOf, password, string } from './define.ts'
import { list, listOf } from './define-lists.ts'
import { double, int, long, short } from './define-numbers.ts'
import { maxLong } from './numbers.ts'
import { configWith, parseConfig } from './parse-config.ts'

const defs = {
  'node.id': int({ atLeast: 0, doc: 'Who this broker is.' }),
  'segment.bytes': int({
    default: 1_073_741_824,
    atLeast: 1_048_576,
    doc: 'Size at which a segment is closed.',
    broker: 'log.segment.bytes',
  }),
  'retention.ms': long({
    default: 604_800_000,
    atLeast: -1,
    doc: 'How long records are kept.',
    broker: ['log.retention.ms', { name: 'log.retention.hours', times: 3_600_000 }],
  }),
  'flush.messages': long({ default: maxLong, atLeast: 1, doc: 'Records between two syncs.' }),
  'log.retention.minutes': int({ default: null, doc: 'The same in minutes.' }),
  'cleanup.policy': listOf(['compact', 'delete'], { default: ['delete'], doc: 'What happens to old segments.' }),
  'compression.type': enumOf(['producer', 'gzip', 'zstd'], { default: 'producer', doc: 'Codec.' }),
  'dirty.ratio': double({ default: 0.5, atLeast: 0, atMost: 1, doc: 'Share.' }),
  preallocate: boolean({ default: false, doc: 'Whether.' }),
  'ssl.key.password': password({ default: null, doc: 'Opens the key.' }),
}

test('values have their types, and what is not given has its default', () => {
  const config: ConfigOf<typeof defs> = parseConfig(
    defs,
    new Map([
      ['node.id', ' 3 '],
      ['cleanup.policy', 'compact , delete'],
      ['preallocate', 'TRUE'],
      ['unknown', 'x'],
    ]),
  )
  const minutes: number | null = config['log.retention.minutes']
  const policy: readonly ('compact' | 'delete')[] = config['cleanup.policy']
  const secret: Secret | null = config['ssl.key.password']
  assert.deepEqual([minutes, policy, secret], [null, ['compact', 'delete'], null])
  assert.deepEqual(
    { ...config },
    {
      'node.id': 3,
      'segment.bytes': 1_073_741_824,
      'retention.ms': 604_800_000,
      'flush.messages': 2 ** 63,
      'log.retention.minutes': null,
      'cleanup.policy': ['compact', 'delete'],
      'compression.type': 'producer',
      'dirty.ratio': 0.5,
      preallocate: true,
      'ssl.key.password': null,
    },
  )
})

test('everything that is wrong is told at once, in the words of Kafka', () => {
  const texts = new Map([
    ['segment.bytes', '14'],
    ['retention.ms', '1d'],
    ['cleanup.policy', 'shred'],
    ['compression.type', 'lzma'],
    ['dirty.ratio', '1.5'],
    ['preallocate', 'yes'],
  ])
  assert.throws(
    () => parseConfig(defs, texts),
    (error) => {
      assert.ok(error instanceof ConfigError && error instanceof UserError)
      assert.deepEqual(error.message.split('\n'), [
        'Missing required configuration "node.id" which has no default value.',
        'Invalid value 14 for configuration segment.bytes: Value must be at least 1048576',
        'Invalid value 1d for configuration retention.ms: Not a number of type LONG',
        'Invalid value shred for configuration cleanup.policy: String must be one of: compact, delete',
        'Invalid value lzma for configuration compression.type: String must be one of: producer, gzip, zstd',
        'Invalid value 1.5 for configuration dirty.ratio: Value must be no more than 1',
        'Invalid value yes for configuration preallocate: Expected value to be either true or false',
      ])
      return true
    },
  )
})

const refused = (def: ConfigDef, text: string): string => {
  try {
    return `accepted ${String(def.parse('x', text))}`
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error.message
  }
}

test('numbers are those of Java: bounds of the type, no blanks, no fractions', () => {
  const doc = 'x'
  assert.equal(int({ doc }).parse('x', '-2147483648'), -(2 ** 31))
  assert.equal(int({ doc }).parse('x', '+7'), 7)
  for (const text of ['2147483648', '1.0', '1e3', '1 000', '', '0x10'])
    assert.equal(refused(int({ doc }), text), `Invalid value ${text} for configuration x: Not a number of type INT`)
  assert.match(refused(short({ doc }), '32768'), /Not a number of type SHORT/)
  assert.match(refused(long({ doc }), '9223372036854775808'), /Not a number of type LONG/)
  assert.equal(double({ doc }).parse('x', '1E3'), 1000)
  assert.match(refused(double({ doc }), 'half'), /Not a number of type DOUBLE/)
  const level = int({ default: -1, atLeast: 1, atMost: 9, or: -1, doc })
  assert.equal(level.parse('x', '-1'), -1)
  assert.equal(level.valid, '[1,...,9] or -1')
  assert.match(refused(level, '0'), /Value must be between 1 and 9 or equal to -1/)
})

test('a setting is shown as Kafka shows it, and large numbers to the last digit', () => {
  const doc = 'x'
  assert.equal(long({ doc }).canonical('x', ' 9007199254740993 '), '9007199254740993')
  assert.equal(defs['flush.messages'].default, '9223372036854775807')
  assert.equal(int({ doc }).canonical('x', '007'), '7')
  assert.equal(list({ doc }).canonical('x', 'a , b'), 'a,b')
  assert.equal(boolean({ doc }).canonical('x', 'True'), 'true')
  for (const [text, shown] of [
    ['1', '1.0'],
    ['.5', '0.5'],
    ['1e10', '1.0E10'],
    ['0.0001', '1.0E-4'],
    ['1.7976931348623157e308', '1.7976931348623157E308'],
    ['12345678', '1.2345678E7'],
    ['Infinity', 'Infinity'],
  ] as const) {
    assert.equal(double({ doc }).canonical('x', text), shown)
  }
  assert.throws(() => int({ doc }).canonical('x', 'seven'), ConfigError)
})

test('lists say what is wrong with them', () => {
  const doc = 'x'
  assert.equal(
    refused(listOf(['a', 'b'], { doc, isNonEmpty: true }), ''),
    "Configuration 'x' must not be empty. Valid values include: [a, b]",
  )
  assert.equal(
    refused(list({ doc, isNonEmpty: true }), ''),
    "Configuration 'x' must not be empty. Valid values include: any non-empty value",
  )
  assert.equal(refused(list({ doc }), 'a,,b'), "Configuration 'x' values must not be empty.")
  assert.deepEqual(list({ doc }).parse('x', 'a, b,a'), ['a', 'b'])
  assert.equal(list({ doc }).canonical('x', 'a, b,a'), 'a,b')
  assert.equal(
    refused(list({ doc, check: (values) => (values.length > 1 ? 'one is enough' : undefined) }), 'a,b'),
    'Invalid value [a, b] for configuration x: one is enough',
  )
  assert.deepEqual(list({ doc, default: [] }).default, '')
})

test('strings, words and class names', () => {
  const doc = 'x'
  assert.match(refused(string({ doc, isNonEmpty: true }), ''), /String must be non-empty/)
  assert.match(refused(string({ doc, check: () => 'never good' }), 'a'), /Invalid value a for configuration x: never good/)
  const policy = enumOf(['DISABLED', 'UPGRADE'], { doc, ignoresCase: true })
  assert.equal(policy.parse('x', 'upgrade'), 'UPGRADE')
  assert.equal(policy.canonical('x', 'upgrade'), 'upgrade')
  assert.match(refused(policy, 'down'), /String must be one of \(case insensitive\): DISABLED, UPGRADE/)
  assert.equal(classOf({ doc }).parse('x', 'org.apache.kafka.Foo$Bar'), 'org.apache.kafka.Foo$Bar')
  assert.match(refused(classOf({ doc }), 'rm -rf'), /Class rm -rf could not be found/)
})

test('a password is secret from the moment it is read', () => {
  const config = parseConfig(
    defs,
    new Map([
      ['node.id', '1'],
      ['ssl.key.password', ' s3cr3t '],
    ]),
  )
  assert.ok(!JSON.stringify(config).includes('s3cr3t'))
  assert.equal(config['ssl.key.password']?.reveal(), 's3cr3t')
  assert.ok(defs['ssl.key.password'].isSensitive)
})

test('a configuration can be made from values', () => {
  const config = configWith(defs, { 'node.id': 5, 'retention.ms': 10 })
  assert.deepEqual([config['node.id'], config['retention.ms'], config['segment.bytes']], [5, 10, 1_073_741_824])
  assert.throws(() => configWith(defs), /node.id/)
})

test('a declaration knows which settings of the broker give its default', () => {
  assert.deepEqual(defs['segment.bytes'].synonyms, [{ name: 'log.segment.bytes', times: 1 }])
  assert.deepEqual(defs['retention.ms'].synonyms, [
    { name: 'log.retention.ms', times: 1 },
    { name: 'log.retention.hours', times: 3_600_000 },
  ])
})
