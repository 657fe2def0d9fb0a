import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeExpectation, describeGroup, isAsExpected } from './group-expectation.ts'
import type { GroupView } from './group-view.ts'

const member = { memberId: 'm', instanceId: null, clientId: 'c', partitions: [{ topic: 't', partition: 0 }] }
const read = { topic: 't', partition: 0, committed: 3, lag: 0 }
const stable: GroupView = { groupId: 'g', state: 'Stable', members: [member], offsets: [read], lag: 0 }

test('what is left out does not matter, and all that is given must be so', () => {
  assert.equal(isAsExpected(stable, {}), true)
  assert.equal(isAsExpected(stable, { state: 'Stable', lag: 0, members: 1 }), true)
  assert.equal(isAsExpected(stable, { state: 'Empty' }), false)
  assert.equal(isAsExpected(stable, { lag: 1 }), false)
  assert.equal(isAsExpected(stable, { members: 2 }), false)
})

test('a group that is not there is nothing but Dead', () => {
  const dead: GroupView = { groupId: 'g', state: 'Dead', members: [], offsets: [], lag: 0 }
  assert.equal(isAsExpected(dead, {}), false)
  assert.equal(isAsExpected(dead, { lag: 0 }), false)
  assert.equal(isAsExpected(dead, { state: 'Dead' }), true)
  assert.equal(describeGroup(dead), 'there is no such group')
})

test('a group that has just been joined has no lag of 0: nobody knows yet what it will read', () => {
  // A test that waited for { lag: 0 } went on before its consumer had seen the first record.
  assert.equal(isAsExpected({ ...stable, state: 'PreparingRebalance', offsets: [] }, { lag: 0 }), false)
  assert.equal(isAsExpected({ ...stable, offsets: [] }, { lag: 0 }), false)
  assert.equal(isAsExpected({ ...stable, state: 'CompletingRebalance' }, { lag: 0 }), false)
  assert.equal(isAsExpected({ ...stable, state: 'Empty', members: [] }, { lag: 0 }), true)
})

test('who waits in vain reads what was wanted and what is', () => {
  assert.equal(describeExpectation({ state: 'Stable', lag: 0, members: 2 }), 'to have state Stable, lag 0, 2 members')
  assert.equal(describeExpectation({}), 'to be there')
  assert.equal(
    describeGroup({ ...stable, offsets: [{ ...read, committed: undefined, lag: 4 }], lag: 4 }),
    'it has state Stable, lag 4, 1 members (t-0: committed nothing, lag 4)',
  )
})
