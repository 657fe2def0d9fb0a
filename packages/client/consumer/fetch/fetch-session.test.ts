import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PartitionFetch, SessionPart } from './fetch-session.ts'
import { FetchSession } from './fetch-session.ts'

const entry = (topic: string, partition: number, fetchOffset: number, topicId = `${topic}-id`): PartitionFetch => ({
  topic,
  topicId,
  partition,
  fetchOffset,
  leaderEpoch: 3,
  maxBytes: 1000,
})

/** A request as `session/epoch: added or changed − forgotten`. */
const told = ({ sessionId, sessionEpoch, topics, forgottenTopicsData }: SessionPart): string => {
  const named = topics.flatMap(({ topic, partitions }) =>
    partitions.map(({ partition, fetchOffset }) => `${topic}-${partition}@${fetchOffset}`),
  )
  const forgotten = forgottenTopicsData.flatMap(({ topic, topicId, partitions }) =>
    partitions.map((partition) => `${topic}-${partition}(${topicId})`),
  )
  return `${sessionId}/${sessionEpoch}: ${named.join(' ')}${forgotten.length === 0 ? '' : ` − ${forgotten.join(' ')}`}`
}

test('a session is opened with everything, and then told what has changed', () => {
  const session = new FetchSession()
  assert.equal(told(session.next([entry('a', 0, 5), entry('a', 1, 7)], 17)), '0/0: a-0@5 a-1@7')
  session.answered(77)
  assert.equal(told(session.next([entry('a', 0, 9), entry('a', 1, 7)], 17)), '77/1: a-0@9')
  session.answered(77)
  assert.equal(told(session.next([entry('a', 0, 9), entry('b', 0, 1)], 17)), '77/2: b-0@1 − a-1(a-id)')
  session.answered(77)
  assert.equal(told(session.next([entry('a', 0, 9), entry('b', 0, 1)], 17)), '77/3: ')
})

test('a topic that was made anew is forgotten by its old id and added by its new one', () => {
  const session = new FetchSession()
  session.next([entry('a', 0, 5, 'old')], 17)
  session.answered(5)
  assert.equal(told(session.next([entry('a', 0, 0, 'new')], 17)), '5/1: a-0@0 − a-0(old)')
})

test('a broker that grants no session is told everything each time', () => {
  const session = new FetchSession()
  session.next([entry('a', 0, 5)], 17)
  session.answered(0)
  assert.equal(told(session.next([entry('a', 0, 5)], 17)), '0/0: a-0@5')
})

test('a lost session is opened anew; a broken one is closed by the request that opens the next', () => {
  const session = new FetchSession()
  session.next([entry('a', 0, 5)], 17)
  session.answered(9)
  session.lost()
  assert.equal(told(session.next([entry('a', 0, 5)], 17)), '0/0: a-0@5')
  session.answered(10)
  session.next([entry('a', 0, 6)], 17)
  session.broken()
  assert.equal(told(session.next([entry('a', 0, 6)], 17)), '10/0: a-0@6')
  session.answered(11)
  assert.equal(told(session.next([entry('a', 0, 6)], 17)), '11/1: ')
})

test('a session has names or ids, not both', () => {
  const session = new FetchSession()
  session.next([entry('a', 0, 5)], 17)
  session.answered(9)
  assert.equal(told(session.next([entry('a', 0, 5)], 12)), '9/0: a-0@5')
})

test('brokers of before sessions get all of it, without one', () => {
  const session = new FetchSession()
  assert.equal(told(session.next([entry('a', 0, 5)], 6)), '0/-1: a-0@5')
  assert.equal(told(session.next([entry('a', 0, 6)], 6)), '0/-1: a-0@6')
})

test('the epoch of a session counts on from 2^31 − 1 with 1', () => {
  const session = new FetchSession()
  session.next([entry('a', 0, 5)], 17)
  session.answered(9)
  for (const at of [1, 2, 3]) {
    assert.equal(session.next([entry('a', 0, 5)], 17).sessionEpoch, at)
    session.answered(9)
  }
})
