import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { metricsText, prometheusType } from '@odradek/common/metrics'
import { SeededRandom } from '@odradek/common/random'
import { GroupStory, stableGroup, syncAll } from '../group-story.ts'
import type { StoryMember } from '../group-story.ts'

const protocols = (bytes: number) => [{ name: 'range', metadata: Buffer.alloc(bytes) }]
const kibibyte = 1_024

function heldBytes(story: GroupStory): number {
  const text = [...metricsText(story.registry, prometheusType)].join('')
  return Number(/^kafka_server_group_coordinator_metrics_member_memory_bytes (\d+)$/m.exec(text)?.[1] ?? Number.NaN)
}

test('members of all groups share group.members.max.bytes: beyond it newcomers are turned away, and there is room again when somebody is gone', async () => {
  const story = await GroupStory.begin({ 'group.members.max.bytes': 100 * kibibyte })
  const members = Array.from({ length: 6 }, (_, index) => story.member(`m${index}`, { groupId: `g${index}`, apiVersion: 3 }))
  for (const member of members) await member.sendJoin({ protocols: protocols(20 * kibibyte) })
  assert.deepEqual(
    members.map((member) => (member.isJoining ? 'joining' : member.joinError)),
    ['joining', 'joining', 'joining', 'joining', 'GROUP_MAX_SIZE_REACHED', 'GROUP_MAX_SIZE_REACHED'],
  )
  assert.equal(await story.state('g5'), 'Dead')
  await story.pass(3_000)
  await members[0]?.leave()
  await members[5]?.sendJoin({ protocols: protocols(20 * kibibyte) })
  assert.equal(members[5]?.isJoining, true)
})

test('who is a member joins again with as much as before, however full it is; with more it stays what it was', async () => {
  const story = await GroupStory.begin()
  const [ann, bob] = [story.member('ann'), story.member('bob')]
  await stableGroup(story, ann, bob)
  story.config['group.members.max.bytes'] = 1
  await ann.sendJoin({ protocols: protocols(10 * kibibyte) })
  assert.equal(ann.joinError, 'GROUP_MAX_SIZE_REACHED')
  assert.equal(await bob.heartbeat(), 'NONE')
  await ann.sendJoin()
  await bob.sendJoin()
  assert.deepEqual([ann.generation, bob.generation], [2, 2])
})

test('an assignment that there is no room for is refused', async () => {
  const story = await GroupStory.begin({ 'group.members.max.bytes': 10 * kibibyte })
  const ann = await story.member('ann').join()
  await story.pass(3_000)
  await ann.sync([[ann, 'x'.repeat(20 * kibibyte)]])
  assert.equal(ann.assignment, 'GROUP_MAX_SIZE_REACHED')
  await ann.sync([[ann, 'little']])
  assert.equal(ann.assignment, 'little')
})

test('ids that are given out count until their session ends', async () => {
  const story = await GroupStory.begin({ 'group.members.max.bytes': 5 * kibibyte })
  const errors: string[] = []
  for (let index = 0; index < 6; index++) {
    const member = story.member(`m${index}`, { groupId: `g${index}` })
    await member.sendJoin()
    errors.push(member.joinError)
  }
  assert.deepEqual([errors[0], errors[5]], ['MEMBER_ID_REQUIRED', 'GROUP_MAX_SIZE_REACHED'])
  await story.pass(10_001)
  assert.equal(heldBytes(story), 0)
})

test('whatever members do, nothing is held when all are gone', async () => {
  const random = new SeededRandom('members')
  const story = await GroupStory.begin({ 'group.initial.rebalance.delay.ms': 0 })
  const members: StoryMember[] = Array.from({ length: 8 }, (_, index) =>
    story.member(`m${index}`, {
      groupId: `g${index % 2}`,
      instanceId: index % 3 === 0 ? `i${index}` : null,
      apiVersion: index % 4 === 1 ? 3 : 9,
    }),
  )
  let most = 0
  for (let step = 0; step < 400; step++) {
    const member = members[random.nextInt(members.length)] ?? assert.fail()
    const action = random.nextInt(6)
    if (action < 3) await member.join({ protocols: protocols(random.nextInt(5_000)) })
    else if (action === 3) await member.leave()
    else if (action === 4) await story.pass(random.nextInt(9_000))
    else
      await syncAll(
        members.filter(({ options, lastJoin }) => options.groupId === member.options.groupId && lastJoin.answer?.errorCode === 0),
      )
    most = Math.max(most, heldBytes(story))
    if (step % 100 === 50) await story.failOver()
  }
  assert(most > 5_000, `${most}`)
  await story.pass(200_000)
  assert.deepEqual([heldBytes(story), await story.state('g0'), await story.state('g1')], [0, 'Empty', 'Empty'])
})
