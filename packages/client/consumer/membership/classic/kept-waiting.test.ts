import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Story } from '../story/story.ts'

// A program that had ended without close() was started again, and nobody knew why nothing came for 45 seconds.
test('a member that is kept waiting by others says why', async () => {
  const story = new Story({ t: 1 })
  const letIn = story.coordinator.holdBack('JoinGroup')
  const member = story.member()
  member.subscribe('t')
  await story.pass(9_000)
  assert.ok(!story.lines.some((line) => line.includes('has not let this consumer in')))
  await story.pass(2_000)
  assert.equal(story.lines.filter((line) => line.startsWith('warn Group g has not let this consumer in yet')).length, 1)
  letIn()
  await story.pass(1_000)
})
