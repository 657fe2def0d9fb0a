import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualTime } from '@odradek/common/time'
import { SeededRandom } from '@odradek/common/random'
import { FetchSessions, nextEpoch } from './fetch-sessions.ts'
import type { FetchedPartition, FetchRound, FetchSessionRequest, FetchTarget } from './fetch-sessions.ts'

const zero = 'AAAAAAAAAAAAAAAAAAAAAA'
const consumer = { usesTopicIds: false, fromFollower: false }
const follower = { usesTopicIds: false, fromFollower: true }

function setUp(slots = 10) {
  const time = new VirtualTime()
  return { time, sessions: new FetchSessions({ clock: time, random: new SeededRandom(1), slots: () => slots }) }
}

function request(
  sessionId: number,
  sessionEpoch: number,
  wanted: readonly number[] = [],
  forgotten: readonly number[] = [],
): FetchSessionRequest {
  const position = { fetchOffset: 5, partitionMaxBytes: 1000, currentLeaderEpoch: -1, lastFetchedEpoch: -1, logStartOffset: -1 }
  return {
    sessionId,
    sessionEpoch,
    topics:
      wanted.length === 0 ? [] : [{ topic: 'orders', topicId: zero, partitions: wanted.map((partition) => ({ partition, ...position })) }],
    forgottenTopicsData: forgotten.length === 0 ? [] : [{ topic: 'orders', topicId: zero, partitions: forgotten }],
  }
}

function begun(round: FetchRound | string): FetchRound {
  assert.ok(typeof round !== 'string', 'the fetch was refused')
  return round
}

function partitionsOf(round: FetchRound): number[] {
  return [...round.targets].map((target) => target.partition)
}

function answered(round: FetchRound, about: (target: FetchTarget) => Partial<FetchedPartition> = () => ({})) {
  const fetched = [...round.targets].map((target) => {
    return { target, errorCode: 0, highWatermark: 5, logStartOffset: 0, bytes: 0, notable: false, ...about(target) }
  })
  const { sessionId, partitions } = round.answer(fetched)
  return { sessionId, partitions: partitions.map((partition) => partition.target.partition) }
}

test('the first fetch opens a session and tells everything; the next ones only what has changed', () => {
  const { sessions } = setUp()
  const first = answered(begun(sessions.begin(request(0, 0, [0, 1, 2]), consumer)))
  assert.deepEqual(first.partitions, [0, 1, 2])
  assert.ok(first.sessionId > 0)
  const second = begun(sessions.begin(request(first.sessionId, 1), consumer))
  assert.deepEqual(partitionsOf(second), [0, 1, 2])
  assert.deepEqual(answered(second).partitions, [])
})

test('a change of the high watermark alone is told', () => {
  const { sessions } = setUp()
  const { sessionId } = answered(begun(sessions.begin(request(0, 0, [0, 1]), consumer)))
  const round = begun(sessions.begin(request(sessionId, 1), consumer))
  assert.deepEqual(answered(round, ({ partition }) => (partition === 1 ? { highWatermark: 6 } : {})).partitions, [1])
  assert.deepEqual(answered(begun(sessions.begin(request(sessionId, 2), consumer)), () => ({ highWatermark: 6 })).partitions, [0])
})

test('a change of the log start and a diverging epoch are told', () => {
  const { sessions } = setUp()
  const { sessionId } = answered(begun(sessions.begin(request(0, 0, [0, 1, 2]), consumer)))
  const about = ({ partition }: FetchTarget) => (partition === 0 ? { logStartOffset: 3 } : partition === 2 ? { notable: true } : {})
  assert.deepEqual(answered(begun(sessions.begin(request(sessionId, 1), consumer)), about).partitions, [0, 2])
})

test('after an error the partition is told again although nothing has changed', () => {
  const { sessions } = setUp()
  const { sessionId } = answered(begun(sessions.begin(request(0, 0, [0]), consumer)))
  assert.deepEqual(answered(begun(sessions.begin(request(sessionId, 1), consumer)), () => ({ errorCode: 1 })).partitions, [0])
  assert.deepEqual(answered(begun(sessions.begin(request(sessionId, 2), consumer))).partitions, [0])
  assert.deepEqual(answered(begun(sessions.begin(request(sessionId, 3), consumer))).partitions, [])
})

test('a partition that gave records goes to the end, so that the others get their turn', () => {
  const { sessions } = setUp()
  const { sessionId } = answered(begun(sessions.begin(request(0, 0, [0, 1, 2]), consumer)))
  answered(begun(sessions.begin(request(sessionId, 1), consumer)), ({ partition }) => ({ bytes: partition === 0 ? 100 : 0 }))
  assert.deepEqual(partitionsOf(begun(sessions.begin(request(sessionId, 2), consumer))), [1, 2, 0])
})

test('repeating an epoch is refused, and a full fetch heals', () => {
  const { sessions } = setUp()
  const { sessionId } = answered(begun(sessions.begin(request(0, 0, [0]), consumer)))
  answered(begun(sessions.begin(request(sessionId, 1), consumer)))
  assert.equal(sessions.begin(request(sessionId, 1), consumer), 'INVALID_FETCH_SESSION_EPOCH')
  const healed = answered(begun(sessions.begin(request(sessionId, 0, [0]), consumer)))
  assert.notEqual(healed.sessionId, sessionId)
  assert.equal(sessions.begin(request(sessionId, 2), consumer), 'FETCH_SESSION_ID_NOT_FOUND')
  assert.equal(sessions.size, 1)
})

test('1 follows the largest epoch: 0 begins a session and -1 ends one', () => {
  assert.equal(nextEpoch(1), 2)
  assert.equal(nextEpoch(2 ** 31 - 1), 1)
})

test('incremental fetches add, change and forget partitions; an emptied session is closed', () => {
  const { sessions } = setUp()
  const { sessionId } = answered(begun(sessions.begin(request(0, 0, [0, 1]), consumer)))
  assert.deepEqual(partitionsOf(begun(sessions.begin(request(sessionId, 1, [2], [0]), consumer))), [1, 2])
  const emptied = answered(begun(sessions.begin(request(sessionId, 2, [], [1, 2]), consumer)))
  assert.equal(emptied.sessionId, 0)
  assert.equal(sessions.size, 0)
})

test('names and ids are not mixed in one session', () => {
  const { sessions } = setUp()
  const { sessionId } = answered(begun(sessions.begin(request(0, 0, [0]), consumer)))
  assert.equal(sessions.begin(request(sessionId, 1), { usesTopicIds: true, fromFollower: false }), 'FETCH_SESSION_TOPIC_ID_ERROR')
})

test('closing a session leaves none, and fetches without one leave none either', () => {
  const { sessions } = setUp()
  const { sessionId } = answered(begun(sessions.begin(request(0, 0, [0]), consumer)))
  assert.equal(answered(begun(sessions.begin(request(sessionId, -1), consumer))).sessionId, 0)
  assert.equal(answered(begun(sessions.begin(request(0, -1, [0]), consumer))).sessionId, 0)
  assert.equal(answered(begun(sessions.begin(request(0, 0), consumer))).sessionId, 0)
  assert.equal(sessions.size, 0)
})

test('when all slots are taken a newcomer gets no session, and is served all the same', async () => {
  const { time, sessions } = setUp(1)
  answered(begun(sessions.begin(request(0, 0, [0]), consumer)))
  const second = answered(begun(sessions.begin(request(0, 0, [0, 1]), consumer)))
  assert.deepEqual(second, { sessionId: 0, partitions: [0, 1] })
  await time.advance(119_000)
  assert.equal(answered(begun(sessions.begin(request(0, 0, [0, 1]), follower))).sessionId, 0)
})

test('sessions do not remember more than five hundred partitions a slot, whatever clients name', () => {
  const { sessions } = setUp(2)
  const many = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index)
  const large = answered(begun(sessions.begin(request(0, 0, many(0, 900)), consumer)))
  assert.ok(large.sessionId > 0)
  assert.equal(answered(begun(sessions.begin(request(0, 0, many(0, 101)), consumer))).sessionId, 0)
  assert.ok(answered(begun(sessions.begin(request(0, 0, many(0, 100)), consumer))).sessionId > 0)
  assert.equal(sessions.partitionCount, 1000)
  // One that grows beyond is closed: its client begins anew, and does without.
  assert.equal(sessions.begin(request(large.sessionId, 1, [5000]), consumer), 'FETCH_SESSION_ID_NOT_FOUND')
  assert.deepEqual([sessions.size, sessions.partitionCount], [1, 100])
})

test('an idle session makes room for a newcomer', async () => {
  const { time, sessions } = setUp(1)
  const idle = answered(begun(sessions.begin(request(0, 0, [0, 1, 2]), consumer)))
  await time.advance(120_001)
  assert.ok(answered(begun(sessions.begin(request(0, 0, [0]), consumer))).sessionId > 0)
  assert.equal(sessions.begin(request(idle.sessionId, 1), consumer), 'FETCH_SESSION_ID_NOT_FOUND')
})

test('a busy session older than two minutes yields to a larger one and to a follower, not to a smaller one', async () => {
  const { time, sessions } = setUp(1)
  const busy = answered(begun(sessions.begin(request(0, 0, [0, 1]), consumer)))
  await time.advance(100_000)
  begun(sessions.begin(request(busy.sessionId, 1), consumer))
  await time.advance(100_000)
  assert.equal(answered(begun(sessions.begin(request(0, 0, [0]), consumer))).sessionId, 0)
  const larger = answered(begun(sessions.begin(request(0, 0, [0, 1, 2]), consumer)))
  assert.ok(larger.sessionId > 0)
  await time.advance(100_000)
  begun(sessions.begin(request(larger.sessionId, 1), consumer))
  await time.advance(100_000)
  assert.ok(answered(begun(sessions.begin(request(0, 0, [0]), follower))).sessionId > 0)
})

test('a fetch that waits learns that a later one of its session has come in between', () => {
  const { sessions } = setUp()
  const { sessionId } = answered(begun(sessions.begin(request(0, 0, [0]), consumer)))
  const waiting = begun(sessions.begin(request(sessionId, 1), consumer))
  assert.equal(waiting.overtaken(), false)
  begun(sessions.begin(request(sessionId, 2), consumer))
  assert.equal(waiting.overtaken(), true)
})
