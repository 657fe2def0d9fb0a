import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { configWith } from '@odradek/common/config'
import { Admission } from './admission.ts'
import { networkLimits } from './network-limits.ts'
import { networkConfig } from './network-settings.ts'

const admission = (overrides: Parameters<typeof configWith<typeof networkConfig>>[1], openFiles = Infinity): Admission =>
  new Admission(() => networkLimits(configWith(networkConfig, overrides), { memoryBytes: 2 ** 30, openFiles }))

describe('a new connection is refused', () => {
  test('beyond max.connections, until another one leaves', () => {
    const door = admission({ 'max.connections': 2 })
    assert.equal(door.refuse('10.0.0.1', 0), undefined)
    assert.equal(door.refuse('10.0.0.2', 0), undefined)
    assert.match(door.refuse('10.0.0.3', 0) ?? '', /max\.connections/)
    door.left('10.0.0.1')
    assert.equal(door.refuse('10.0.0.3', 0), undefined)
    assert.equal(door.connections, 2)
  })

  test('beyond 60 % of the file descriptors, which the log needs too', () => {
    const door = admission({}, 10)
    for (let index = 0; index < 6; index++) assert.equal(door.refuse(`10.0.0.${index}`, 0), undefined)
    assert.match(door.refuse('10.0.0.9', 0) ?? '', /ulimit -n/)
  })

  test('beyond max.connections.per.ip, other addresses unhurt, or beyond the address’s own limit', () => {
    const door = admission({ 'max.connections.per.ip': 2, 'max.connections.per.ip.overrides': '10.0.0.9:3, ::1:0' })
    for (const address of ['10.0.0.1', '10.0.0.1', '10.0.0.9', '10.0.0.9', '10.0.0.9', '10.0.0.2'])
      assert.equal(door.refuse(address, 0), undefined)
    assert.match(door.refuse('10.0.0.1', 0) ?? '', /2 connections from this address already \(max\.connections\.per\.ip\)/)
    assert.match(door.refuse('10.0.0.9', 0) ?? '', /3 connections .*\.overrides/)
    assert.match(door.refuse('::1', 0) ?? '', /overrides/)
    door.left('10.0.0.1')
    assert.equal(door.refuse('10.0.0.1', 0), undefined)
  })

  test('beyond max.connection.creation.rate in the mean, while a burst after a restart gets in', () => {
    const door = admission({ 'max.connection.creation.rate': 10, 'max.connections.per.ip': 1_000_000 })
    let admitted = 0
    for (let ms = 0; ms < 20_000; ms += 10) if (door.refuse('10.0.0.1', ms) === undefined) admitted++
    assert(admitted > 290 && admitted <= 310, `${admitted} of 2000 in 20 s`)
    assert.match(door.refuse('10.0.0.1', 20_000) ?? '', /max\.connection\.creation\.rate/)
    for (let index = 0; index < 110; index++) assert.equal(door.refuse('10.0.0.1', 60_000), undefined)
    assert.notEqual(door.refuse('10.0.0.1', 60_000), undefined)
  })
})

test('unless they are set, the budgets for requests and answers go by the memory, and one request always fits', () => {
  const limits = (memoryBytes: number, overrides = {}) =>
    networkLimits(configWith(networkConfig, overrides), { memoryBytes, openFiles: 1000 })
  const mebibyte = 2 ** 20
  assert.equal(limits(8 * 2 ** 30).maxResponseBytes, 2 ** 30)
  assert.equal(limits(1600 * mebibyte).maxRequestBytes, 200 * mebibyte)
  assert.equal(limits(2 ** 40).maxRequestBytes, 256 * mebibyte)
  assert.equal(limits(1, { 'socket.request.max.bytes': 1000 }).maxRequestBytes, 64 * mebibyte)
  assert.equal(limits(1).maxRequestBytes, 100 * mebibyte)
  assert.equal(limits(2 ** 26).maxResponseBytes, 2 ** 26)
  assert.equal(limits(2 ** 40, { 'queued.max.request.bytes': 5 }).maxRequestBytes, 5)
  assert.equal(limits(1, { 'connections.max.idle.ms': -1 }).idleMs, Infinity)
})
