import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { errorName } from '@odradek/protocol'
import { DescribeGroups, Heartbeat, LeaveGroup, OffsetCommit } from '@odradek/protocol/messages'
import type { WireClient } from '@odradek/testing'
import { findCoordinator, join, makeTopic, noId, sync, unique, until, within } from './kit.ts'
import type { Joined } from './kit.ts'
import { target } from './target.ts'

const broker = await target({ 'group.min.session.timeout.ms': '100' })
after(() => broker.close())

const heartbeat = async (client: WireClient, group: string, member: Joined, instanceId: string | null = null): Promise<string> => {
  const request = { groupId: group, generationId: member.generation, memberId: member.memberId, groupInstanceId: instanceId }
  return errorName((await client.call(Heartbeat, request, 3)).errorCode)
}

const stateOf = async (client: WireClient, group: string): Promise<string> =>
  (await client.call(DescribeGroups, { groups: [group] }, 4)).groups[0]?.groupState ?? ''

describe('traps of groups', () => {
  test('there is no coordinator on one node: the first group of a fresh broker finds one', async () => {
    await using client = await broker.connect()
    const group = unique('group')
    await within(5_000, findCoordinator(client, group))
    const joined = await within(10_000, join(client, group))
    assert.equal(joined.error, 'NONE')
    assert.equal(joined.leader, joined.memberId)
  })

  test('a heartbeat while the leader computes is refused, and its session ends: it counts, for longer than the session', async () => {
    await using leader = await broker.connect()
    const group = unique('group')
    await findCoordinator(leader, group)
    const joined = await join(leader, group, { sessionMs: 600, rebalanceMs: 60_000 })
    for (let beat = 0; beat < 6; beat++) {
      assert.equal(await stateOf(leader, group), 'CompletingRebalance')
      assert.equal(await heartbeat(leader, group, joined), 'NONE')
      await sleep(200)
    }
    assert.deepEqual(await sync(leader, group, joined), { error: 'NONE', assignment: joined.memberId })
  })

  test('a session ends in a parked join: who waits for the others is not thrown out', async () => {
    await using first = await broker.connect()
    await using second = await broker.connect()
    const group = unique('group')
    await findCoordinator(first, group)
    const alone = await join(first, group, { sessionMs: 30_000, rebalanceMs: 60_000 })
    await sync(first, group, alone)
    // The second one waits for the first to come again, three times as long as its session lasts.
    const parked = join(second, group, { sessionMs: 500, rebalanceMs: 60_000 })
    for (let beat = 0; beat < 5; beat++) {
      await sleep(300)
      assert.equal(await heartbeat(first, group, alone), 'REBALANCE_IN_PROGRESS')
    }
    const [again, joined] = await Promise.all([
      join(first, group, { memberId: alone.memberId, sessionMs: 30_000, rebalanceMs: 60_000 }),
      parked,
    ])
    assert.deepEqual([again.error, joined.error], ['NONE', 'NONE'])
    assert.equal(again.generation, joined.generation)
    assert.equal([...again.members, ...joined.members].length, 2)
  })

  test('a commit is refused while another one joins: it is taken, so that nothing is read twice', async () => {
    await using first = await broker.connect()
    await using second = await broker.connect()
    const [group, { name }] = [unique('group'), await makeTopic(first)]
    await findCoordinator(first, group)
    const alone = await join(first, group, { rebalanceMs: 30_000 })
    await sync(first, group, alone)
    const parked = join(second, group, { rebalanceMs: 30_000 })
    await until('the group rebalances', async () => (await stateOf(first, group)) === 'PreparingRebalance')
    const commit = async (): Promise<string> => {
      const partitions = [{ partitionIndex: 0, committedOffset: 5, committedMetadata: '' }]
      const topics = [{ name, topicId: noId, partitions }]
      const request = { groupId: group, generationIdOrMemberEpoch: alone.generation, memberId: alone.memberId, topics }
      return errorName((await first.call(OffsetCommit, request, 7)).topics[0]?.partitions[0]?.errorCode ?? -1)
    }
    assert.equal(await commit(), 'NONE')
    const [again] = await Promise.all([join(first, group, { memberId: alone.memberId, rebalanceMs: 30_000 }), parked])
    assert.equal(await commit(), again.generation === alone.generation ? 'NONE' : 'ILLEGAL_GENERATION')
  })

  test('a static member that starts again rebalances: it gets its place back, and its old id is fenced', async () => {
    await using client = await broker.connect()
    const [group, instanceId] = [unique('group'), 'pod-0']
    await findCoordinator(client, group)
    const before = await join(client, group, { instanceId })
    assert.deepEqual(await sync(client, group, before, instanceId), { error: 'NONE', assignment: before.memberId })
    await using restarted = await broker.connect()
    const again = await join(restarted, group, { instanceId })
    assert.equal(again.error, 'NONE')
    assert.equal(again.generation, before.generation)
    assert.notEqual(again.memberId, before.memberId)
    assert.deepEqual(await sync(restarted, group, { ...again, members: [] }, instanceId), { error: 'NONE', assignment: before.memberId })
    assert.equal(await heartbeat(client, group, before, instanceId), 'FENCED_INSTANCE_ID')
    assert.equal(await heartbeat(restarted, group, again, instanceId), 'NONE')
  })

  test('members are lost in churn: while many come and go, those who stay end in one generation with an assignment each', async () => {
    await using control = await broker.connect()
    const group = unique('group')
    await findCoordinator(control, group)
    const end = new AbortController()
    const staying = Array.from({ length: 10 }, () => new Member(group))
    const lives = staying.map((member) => member.stay(end.signal))
    await Promise.all(Array.from({ length: 40 }, (_, index) => new Member(group).comeAndGo(3, 1 + (index % 7))))
    await until('all who stay have settled in the same generation', async () => {
      const generations = new Set(staying.map((member) => member.generation))
      return generations.size === 1 && !generations.has(-1) && (await stateOf(control, group)) === 'Stable'
    })
    const description = (await control.call(DescribeGroups, { groups: [group] }, 4)).groups[0]
    assert.equal(description?.members.length, 10)
    for (const member of description?.members ?? []) assert.equal(member.memberAssignment.toString(), member.memberId)
    end.abort()
    await Promise.all(lives)
  })
})

/** A consumer as far as its group knows it: joins, syncs, beats, and leaves. */
class Member {
  readonly #group: string
  /** −1 while it has none. */
  generation = -1

  constructor(group: string) {
    this.#group = group
  }

  async stay(end: AbortSignal): Promise<void> {
    await this.#live(() => end.aborted)
  }

  /** Several times: joins, beats some times, whatever is answered, and leaves. */
  async comeAndGo(times: number, beats: number): Promise<void> {
    for (let time = 0; time < times; time++) {
      let left = beats
      await this.#live(() => left-- <= 0)
    }
  }

  async #live(isOver: () => boolean): Promise<void> {
    await using client = await broker.connect()
    let memberId = ''
    while (!isOver()) {
      const joined = await join(client, this.#group, { memberId, sessionMs: 6_000, rebalanceMs: 3_000 })
      memberId = joined.error === 'UNKNOWN_MEMBER_ID' ? '' : joined.memberId
      if (joined.error !== 'NONE' || (await sync(client, this.#group, joined)).error !== 'NONE') continue
      this.generation = joined.generation
      while (!isOver() && (await heartbeat(client, this.#group, joined)) === 'NONE') await sleep(20)
      this.generation = -1
    }
    await client.call(LeaveGroup, { groupId: this.#group, members: [{ memberId }] }, 3)
  }
}
