import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PausedTopics } from './paused-topics.ts'

const all = [0, 1, 2].flatMap((partition) => ['a', 'b'].map((topic) => ({ topic, partition })))

test('a paused topic is paused with all its partitions, but those that were resumed since', () => {
  const paused = new PausedTopics()
  paused.pause([{ topic: 'a' }])
  assert.deepEqual(paused.among(all), [{ topic: 'a', partitions: [0, 1, 2] }])
  paused.resume([{ topic: 'a', partitions: [1] }])
  assert.deepEqual(paused.among(all), [{ topic: 'a', partitions: [0, 2] }])
  paused.resume([{ topic: 'a' }])
  assert.deepEqual(paused.among(all), [])
})

test('single partitions are paused and resumed, assigned or not', () => {
  const paused = new PausedTopics()
  paused.pause([
    { topic: 'a', partitions: [2, 0] },
    { topic: 'c', partitions: [9] },
  ])
  assert.deepEqual(paused.among(all), [{ topic: 'a', partitions: [0, 2] }])
  assert(paused.isPaused('c', 9))
  paused.resume([{ topic: 'a', partitions: [0] }])
  assert.deepEqual(paused.among(all), [{ topic: 'a', partitions: [2] }])
})
