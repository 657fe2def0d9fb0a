import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { newPartition, noLeader } from '../image/partition-state.ts'
import type { PartitionState } from '../image/partition-state.ts'
import { changePartition } from './elections.ts'
import type { ElectionTerms } from './elections.ts'

const partition = (state: Partial<PartitionState>): PartitionState => ({
  ...newPartition(0, [1, 2, 3], [1, 2, 3]),
  leaderEpoch: 5,
  partitionEpoch: 9,
  ...state,
})
const terms = (active: readonly number[], more: Partial<ElectionTerms> = {}): ElectionTerms => ({
  kind: 'online',
  isActive: (id) => active.includes(id),
  minIsr: 1,
  elrEnabled: false,
  ...more,
})
/** What tells one outcome from another. */
const seen = (state: PartitionState | undefined): unknown =>
  state && {
    leader: state.leader,
    isr: state.isr,
    elr: state.elr,
    lastKnown: state.lastKnownElr,
    epochs: [state.leaderEpoch, state.partitionEpoch],
  }

test('a leader that lives and is in sync stays', () => {
  assert.equal(changePartition(partition({ leader: 2 }), terms([1, 2, 3])), undefined)
})

test('without its leader the first living replica in sync leads, in replica order', () => {
  assert.deepEqual(seen(changePartition(partition({ isr: [3, 2, 1] }), terms([2, 3], { isr: [3, 2] }))), {
    leader: 2,
    isr: [3, 2],
    elr: [],
    lastKnown: [],
    epochs: [6, 10],
  })
})

test('a change of the in-sync replicas alone moves only the partition epoch', () => {
  assert.deepEqual(seen(changePartition(partition({}), terms([1, 2, 3], { isr: [1, 3] }))), {
    leader: 1,
    isr: [1, 3],
    elr: [],
    lastKnown: [],
    epochs: [5, 10],
  })
})

test('a preferred election brings back the first replica, if it is in sync', () => {
  const preferred = { kind: 'preferred' } as const
  assert.equal(changePartition(partition({ leader: 2 }), terms([1, 2, 3], preferred))?.leader, 1)
  assert.equal(changePartition(partition({ leader: 2, isr: [2, 3] }), terms([1, 2, 3], preferred)), undefined)
  assert.equal(changePartition(partition({ leader: 2 }), terms([2, 3], preferred)), undefined)
})

test('without eligible replicas the last one in sync stays in the ISR, and leads again when it is back', () => {
  const lost = changePartition(partition({ isr: [1] }), terms([2, 3], { isr: [] }))
  assert.deepEqual(seen(lost), { leader: noLeader, isr: [1], elr: [], lastKnown: [], epochs: [6, 10] })
  assert.ok(lost)
  assert.deepEqual(seen(changePartition(lost, terms([1, 2, 3]))), { leader: 1, isr: [1], elr: [], lastKnown: [], epochs: [7, 11] })
})

test('an unclean election takes a replica that is not in sync only when nothing else is left', () => {
  const lost = partition({ isr: [1], leader: noLeader })
  assert.equal(changePartition(lost, terms([2, 3])), undefined)
  const unclean = changePartition(lost, terms([2, 3], { kind: 'unclean' }))
  assert.deepEqual([unclean?.leader, unclean?.isr, unclean?.leaderRecovering], [2, [2], true])
  assert.equal(changePartition(partition({ isr: [3], leader: 1 }), terms([2, 3], { kind: 'unclean' }))?.leader, 3)
})

test('who leaves an ISR below its minimum stays eligible, and may lead when the ISR is empty', () => {
  const elr = { elrEnabled: true, minIsr: 2 }
  const one = changePartition(partition({ isr: [1, 2] }), terms([1, 3], { ...elr, isr: [1] }))
  assert.deepEqual(seen(one), { leader: 1, isr: [1], elr: [2], lastKnown: [], epochs: [5, 10] })
  assert.ok(one)
  const none = changePartition(one, terms([3], { ...elr, isr: [] }))
  assert.deepEqual(seen(none), { leader: noLeader, isr: [], elr: [2, 1], lastKnown: [1], epochs: [6, 11] })
  assert.ok(none)
  assert.deepEqual(seen(changePartition(none, terms([2, 3], elr))), { leader: 2, isr: [2], elr: [1], lastKnown: [], epochs: [7, 12] })
})

test('eligibility ends when the ISR is large enough again', () => {
  const after = changePartition(partition({ isr: [1], elr: [2] }), terms([1, 2, 3], { elrEnabled: true, minIsr: 2, isr: [1, 3] }))
  assert.deepEqual([after?.isr, after?.elr], [[1, 3], []])
})

test('a replica that may have lost records is not eligible; as the last known leader it is the last resort', () => {
  const elr = { elrEnabled: true, minIsr: 2 }
  const lost = changePartition(partition({ isr: [1] }), terms([2, 3], { ...elr, isr: [], lossy: new Set([1]) }))
  assert.deepEqual(seen(lost), { leader: noLeader, isr: [], elr: [], lastKnown: [1], epochs: [6, 10] })
  assert.ok(lost)
  assert.equal(changePartition(lost, terms([2, 3], elr)), undefined)
  const back = changePartition(lost, terms([1, 2, 3], elr))
  assert.deepEqual([back?.leader, back?.isr, back?.leaderRecovering, back?.lastKnownElr], [1, [1], true, []])
})

test('whatever happens, epochs only grow, and a leader comes from the ISR, the eligible or an unclean election', () => {
  const ids: fc.Arbitrary<readonly number[]> = fc.uniqueArray(fc.constantFrom(1, 2, 3, 4), { minLength: 1 })
  const anyState = fc.record({
    replicas: ids,
    chosen: fc.nat(15),
    elrChosen: fc.nat(15),
    leaderAt: fc.integer({ min: -1, max: 3 }),
    lastKnown: fc.boolean(),
  })
  const anyTerms = fc.record({
    active: fc.subarray<number>([1, 2, 3, 4]),
    kind: fc.constantFrom('online', 'preferred', 'unclean'),
    minIsr: fc.integer({ min: 1, max: 3 }),
    elrEnabled: fc.boolean(),
    stays: fc.nat(15),
  })
  fc.assert(
    fc.property(anyState, anyTerms, ({ replicas, chosen, elrChosen, leaderAt, lastKnown }, { active, stays, ...rest }) => {
      const isr = replicas.filter((_, index) => (chosen >> index) & 1)
      const elr = replicas.filter((id, index) => (elrChosen >> index) & 1 && !isr.includes(id))
      const leader = isr[leaderAt] ?? noLeader
      const before = partition({
        replicas,
        isr,
        elr,
        leader,
        lastKnownElr: lastKnown && isr.length + elr.length === 0 ? replicas.slice(0, 1) : [],
      })
      const wanted = isr.filter((_, index) => (stays >> index) & 1)
      const after = changePartition(before, terms(active, { ...rest, isr: wanted }))
      if (after === undefined) return
      assert.equal(after.partitionEpoch, before.partitionEpoch + 1)
      assert.equal(after.leaderEpoch, before.leaderEpoch + (after.leader === before.leader ? 0 : 1))
      assert.ok(after.isr.every((id) => replicas.includes(id)) && after.elr.every((id) => replicas.includes(id) && !after.isr.includes(id)))
      if (after.leader === noLeader || after.leader === before.leader) return
      assert.ok(active.includes(after.leader))
      assert.ok(after.isr.includes(after.leader))
      const clean = wanted.includes(after.leader) || (wanted.length === 0 && [...isr, ...elr].includes(after.leader) && rest.elrEnabled)
      const lastResort = rest.elrEnabled && before.lastKnownElr[0] === after.leader
      assert.ok(clean || lastResort || rest.kind === 'unclean')
      assert.equal(after.leaderRecovering, !clean)
      if (!rest.elrEnabled) assert.ok(after.isr.length > 0 || isr.length === 0)
    }),
    { numRuns: 1000 },
  )
})
