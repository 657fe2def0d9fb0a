import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { errorNames, errorCode } from '@odradek/protocol'
import { withSize, writeAnswer } from '../wire/frames.ts'
import { adminOperations, clientOperations } from './operations.ts'
import type { Message } from './plausible.ts'
import { plausible } from './plausible.ts'
import { trial } from './trial.ts'
import type { Mischief } from './trial.ts'

/** Every code of Kafka's, and two that nobody has given out. */
const codes: readonly number[] = [...errorNames.map((name) => errorCode(name)).filter((code) => code !== 0), 999, -2]

/** The honest answer with one code in each place that has room for one. */
const withCode = (answer: Message, code: number): Message =>
  Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, name === 'errorCode' ? code : codeWithin(value, code)]))

function codeWithin(value: unknown, code: number): unknown {
  if (Buffer.isBuffer(value) || typeof value !== 'object' || value === null) return value
  return Array.isArray(value) ? value.map((element) => codeWithin(element, code)) : withCode({ ...value }, code)
}

const answersWith =
  (api: string, code: number, isWrong: (count: number) => boolean): Mischief =>
  (request, honest) => {
    if (request.api.name !== api || !isWrong(++seen)) return honest()
    return withSize(writeAnswer(request.api, request, withCode(plausible(request), code)))
  }
let seen = 0

describe('a broker that answers errors', () => {
  for (const operation of [...clientOperations, ...adminOperations]) {
    test(`${operation.name}: every code to every API is a typed error or overcome, and nothing is left behind`, async () => {
      const { asked } = await trial(operation)
      for (const api of asked) {
        for (const code of codes) {
          try {
            await trial(
              operation,
              answersWith(api, code, () => true),
            )
          } catch (cause) {
            throw new Error(`${api} always answers ${code}`, { cause })
          }
        }
      }
    })
  }

  for (const operation of clientOperations) {
    test(`${operation.name}: an error that may be tried again, once, is never the user's`, async () => {
      const { asked } = await trial(operation)
      const passing = [
        'COORDINATOR_NOT_AVAILABLE',
        'NOT_COORDINATOR',
        'COORDINATOR_LOAD_IN_PROGRESS',
        'NOT_LEADER_OR_FOLLOWER',
        'LEADER_NOT_AVAILABLE',
        'KAFKA_STORAGE_ERROR',
      ] as const
      const groupApis = new Set([
        'FindCoordinator',
        'OffsetFetch',
        'OffsetCommit',
        'JoinGroup',
        'SyncGroup',
        'ConsumerGroupHeartbeat',
        'InitProducerId',
        'EndTxn',
        'AddOffsetsToTxn',
        'TxnOffsetCommit',
      ])
      for (const api of asked) {
        for (const name of passing.filter((name) => groupApis.has(api) === name.includes('COORDINATOR'))) {
          if (!groupApis.has(api) && !['Produce', 'Fetch', 'ListOffsets', 'Metadata'].includes(api)) continue
          if (api === 'FindCoordinator' && name !== 'COORDINATOR_NOT_AVAILABLE') continue
          seen = 0
          const { error } = await trial(
            operation,
            answersWith(api, errorCode(name), (count) => count === 1),
          )
          assert.equal(error, undefined, `${api} answered ${name} once`)
        }
      }
    })
  }
})
