import assert from 'node:assert/strict'
import { test } from 'node:test'
import { highWatermark } from './high-watermark.ts'

const two = { inSync: 2, minInSync: 1, current: 0 }
const inSync = { inMaximalIsr: true, mayJoin: false }

test('records become visible when the slowest in-sync replica has them', () => {
  const followers = [
    { endOffset: 10, ...inSync },
    { endOffset: 9, ...inSync },
  ]
  assert.equal(highWatermark({ ...two, inSync: 3, leaderEnd: 12, followers }), 9)
})

test('records become visible when the slow replica leaves, without anyone having written', () => {
  const followers = [
    { endOffset: 10, ...inSync },
    { endOffset: 9, inMaximalIsr: false, mayJoin: false },
  ]
  assert.equal(highWatermark({ ...two, leaderEnd: 12, current: 9, followers }), 10)
})

test('a replica that is about to join is waited for already', () => {
  const followers = [{ endOffset: 11, inMaximalIsr: false, mayJoin: true }]
  assert.equal(highWatermark({ ...two, inSync: 1, leaderEnd: 12, followers }), 11)
})

test('below min.insync.replicas nothing becomes visible, whoever wrote it', () => {
  assert.equal(highWatermark({ inSync: 1, minInSync: 2, current: 5, leaderEnd: 12, followers: [] }), 5)
})

test('a leader that stays never takes back what it has shown', () => {
  const followers = [{ endOffset: 3, ...inSync }]
  assert.equal(highWatermark({ ...two, current: 8, leaderEnd: 12, followers }), 8)
})
