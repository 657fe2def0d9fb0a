import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { VirtualTime } from '../time/virtual-time.ts'
import { createLogger } from './create-logger.ts'
import { jsonFormat } from './json-format.ts'
import { parseLevel } from './level.ts'
import { LogLevels } from './log-levels.ts'
import type { Logger, LogLine } from './logger.ts'
import { prettyFormat, wantsColours } from './pretty-format.ts'
import { Secret } from './secret.ts'

function recording(levels = new LogLevels('info')): { logger: Logger; lines: LogLine[]; time: VirtualTime; levels: LogLevels } {
  const lines: LogLine[] = []
  const time = new VirtualTime({ nowMs: 1_767_225_600_000 })
  return { logger: createLogger({ clock: time, write: (line) => lines.push(line), levels }), lines, time, levels }
}

const line = (fields: Record<string, unknown>, message = 'hello'): LogLine => ({
  level: 'info',
  timeMs: 0,
  name: 'broker',
  message,
  fields,
})

test('a line carries time, name and the fields of its logger and its own', () => {
  const { logger, lines } = recording()
  logger.named('broker').child({ node: 1 }).named('router').info('answered', { api: 'Fetch' })
  assert.deepEqual(lines, [
    { level: 'info', timeMs: 1_767_225_600_000, name: 'broker.router', message: 'answered', fields: { node: 1, api: 'Fetch' } },
  ])
})

test('a level covers all names below it until they have one of their own', () => {
  const { logger, lines, levels } = recording()
  const router = logger.named('broker').named('router')
  router.debug('hidden')
  assert.equal(router.isEnabled('debug'), false)
  levels.set('broker', 'debug')
  router.debug('shown')
  levels.set('broker.router', 'error')
  router.warn('hidden')
  logger.named('broker').debug('shown too')
  levels.reset('broker.router')
  levels.reset('broker')
  levels.reset('')
  router.debug('hidden')
  router.info('shown at last')
  levels.set('', 'off')
  router.error('hidden')
  assert.deepEqual(
    lines.map(({ message }) => message),
    ['shown', 'shown too', 'shown at last'],
  )
  assert.deepEqual(levels.names, ['', 'broker', 'broker.router'])
})

test('of lines with one key only the first in a minute is written, and the next tells how many were not', async () => {
  const { logger, lines, time } = recording()
  const strike = (key: string): void => logger.limited(key).warn('bad frame', { peer: key })
  for (let i = 0; i < 5; i++) strike('10.0.0.1')
  strike('10.0.0.2')
  await time.advance(60_000)
  strike('10.0.0.1')
  await time.advance(60_000)
  strike('10.0.0.1')
  assert.deepEqual(
    lines.map(({ fields }) => fields),
    [{ peer: '10.0.0.1' }, { peer: '10.0.0.2' }, { peer: '10.0.0.1', suppressed: 4 }, { peer: '10.0.0.1' }],
  )
})

test('a line that is not loud enough does not use up the minute of its key', () => {
  const { logger, lines } = recording()
  logger.limited('k').debug('quiet')
  logger.limited('k').warn('loud')
  assert.equal(lines.length, 1)
})

test('JSON lines have the shape of pino', () => {
  const error = Object.assign(new TypeError('broken'), { code: 'EIO', cause: new Error('deeper') })
  const parsed: unknown = JSON.parse(
    jsonFormat(
      line({
        error,
        bytes: Buffer.alloc(3),
        big: 2n ** 60n,
        level: 'mine',
        nothing: undefined,
        set: new Set([1n]),
        nan: Number.NaN,
        list: [1, { deep: 5n }],
      }),
    ),
  )
  assert.deepEqual(parsed, {
    level: 30,
    time: 0,
    name: 'broker',
    msg: 'hello',
    err: {
      type: 'TypeError',
      message: 'broken',
      code: 'EIO',
      stack: error.stack,
      cause: { type: 'Error', message: 'deeper', stack: error.cause.stack },
    },
    bytes: '<3 bytes>',
    big: '1152921504606846976',
    _level: 'mine',
    set: ['1'],
    nan: 'NaN',
    list: [1, { deep: '5' }],
  })
})

test('fields that go in circles come to an end, and bytes are counted and not shown, however deep', () => {
  const circle: { self?: unknown; key: Buffer } = { key: Buffer.from('payload') }
  circle.self = circle
  for (const text of [jsonFormat(line({ circle })), prettyFormat({ colours: false })(line({ circle }))]) {
    assert.match(text, /<7 bytes>.*…/)
    assert.doesNotMatch(text, /112,97/)
  }
})

test('lines for people are short, and a stack follows an error', () => {
  const pretty = prettyFormat({ colours: false })
  assert.match(
    pretty(line({ port: 9092, path: '/a b', list: [1, 2] })),
    /^\d\d:\d\d:\d\d\.\d{3} INFO {2}broker hello {2}port=9092 path="\/a b" list=\[1,2\]\n$/,
  )
  const failed = pretty({ ...line({ error: new Error('disk gone') }), level: 'error' })
  assert.match(failed, /error="disk gone"\n {4}Error: disk gone\n {4}at /)
  assert.doesNotMatch(pretty(line({ error: new Error('disk gone') })), /\n./)
  assert.ok(prettyFormat({ colours: true })(line({})).includes('\u001b[32mINFO'))
})

test('a client cannot write lines of its own into the log', () => {
  const clientId = 'x\n12:00:00.000 ERROR fake\u001b[31m'
  for (const text of [prettyFormat({ colours: false })(line({ clientId }, clientId)), jsonFormat(line({ clientId }, clientId))]) {
    assert.equal(text.indexOf('\n'), text.length - 1)
    assert.ok(!text.includes('\u001b'))
  }
})

test('colours are for terminals, unless the environment says otherwise', () => {
  const tty = { isTTY: true }
  assert.equal(wantsColours(tty, {}), true)
  assert.equal(wantsColours({}, {}), false)
  assert.equal(wantsColours(tty, { NO_COLOR: '1' }), false)
  assert.equal(wantsColours(tty, { NO_COLOR: '' }), true)
  assert.equal(wantsColours(tty, { TERM: 'dumb' }), false)
  assert.equal(wantsColours({}, { FORCE_COLOR: '1', NO_COLOR: '1' }), true)
  assert.equal(wantsColours(tty, { FORCE_COLOR: '0' }), false)
})

test('a secret is hidden wherever it is printed', () => {
  const secret = new Secret('s3cr3t')
  const fields = { secret, deep: { list: [secret] }, map: new Map([['k', secret]]) }
  const shown = [
    String(secret),
    JSON.stringify({ secret }),
    inspect(fields, { depth: 9, showHidden: true }),
    jsonFormat(line(fields)),
    prettyFormat({ colours: false })(line(fields)),
  ]
  for (const text of shown) {
    assert.ok(!text.includes('s3cr3t'), text)
    assert.ok(text.includes('[hidden]'), text)
  }
  assert.equal(secret.reveal(), 's3cr3t')
  assert.ok(secret.equals(new Secret('s3cr3t')))
  assert.ok(!secret.equals(new Secret('s3cr3T')))
})

test('levels are understood in the words of Kafka', () => {
  assert.equal(parseLevel('FATAL'), 'error')
  assert.equal(parseLevel(' debug '), 'debug')
  assert.equal(parseLevel('LOUD'), undefined)
})
