import assert from 'node:assert/strict'
import { test } from 'node:test'
import { summary } from './e2e-latency.ts'
import { withNames } from './positions.ts'
import { difference } from './round-trips.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text)
const sent = { key: bytes('K'), value: bytes('VV'), headers: [['h', bytes('x')] as const, ['i', null] as const] }

interface Back {
  readonly key?: string | null
  readonly value?: string
  readonly headers?: readonly (readonly [string, Uint8Array | null])[]
}

/** What is said of records that came back, each as it was sent but for this. */
function said(...records: readonly Back[]): string | undefined {
  const back = records.map(({ key = 'K', value = 'VV', headers = sent.headers }) => ({
    key: key === null ? null : bytes(key),
    value: bytes(value),
    headers,
  }))
  return difference(sent, back)
}

test('what comes back as it was sent is right', () => {
  assert.equal(said({}), undefined)
})

test('what comes back otherwise is told, with both', () => {
  assert.equal(said(), 'poll() timed out before finding a result (timeout:[60000ms])')
  assert.equal(said({ value: 'W' }), 'The message value read [W] did not match the message value sent [VV]')
  assert.equal(said({ key: 'L' }), 'The message key read [L] did not match the message key sent [K]')
  assert.equal(said({ key: null }), 'Expected message key but received null')
  assert.equal(said({ headers: [] }), 'Expected message headers but received none')
  assert.equal(said({ headers: [['h', bytes('y')]] }), 'The message header read [h:[121]] did not match the message header sent [h:[120]]')
  assert.equal(
    said({
      headers: [
        ['h', bytes('x')],
        ['i', bytes('')],
      ],
    }),
    'The message header read [i:[]] did not match the message header sent [i:null]',
  )
  assert.equal(said({ headers: [['h', bytes('x')]] }), 'Header count mismatch between sent and received messages')
  assert.equal(said({}, {}), 'Only one result was expected during this test. We found [2]')
})

test('the sum has the average exactly, and percentiles in whole milliseconds', () => {
  assert.deepEqual(summary(Float64Array.from([1.5, 9.99, 3, 2.5])), [
    'Avg latency: 4.2475 ms',
    'Percentiles: 50th = 3, 99th = 9, 99.9th = 9',
  ])
})

test('arguments without names get those of their places', () => {
  const named = '--bootstrap-server b:1 --topic t --num-records 5 --producer-acks 1 --record-size 9'
  assert.deepEqual(withNames(['b:1', 't', '5', '1', '9']), named.split(' '))
  assert.deepEqual(withNames(['b:1', 't', '5', '1', '9', 'f'])?.slice(-2), ['--command-config', 'f'])
  assert.equal(withNames(['--topic', 't']), undefined)
  assert.equal(withNames([]), undefined)
  assert.throws(() => withNames(['b:1', 't']), {
    message: /^Invalid number of arguments\. Expected 5 or 6 positional arguments, but got 2\. Usage: /,
  })
})
