import { Buffer } from 'node:buffer'
import { describe, test } from 'node:test'
import { SeededRandom } from '@odradek/common/random'
import { damaged, hostileMessage } from '@odradek/testing'
import { withSize, writeAnswer } from '../wire/frames.ts'
import { adminOperations, clientOperations } from './operations.ts'
import { plausible, topic, topicId } from './plausible.ts'
import { trial } from './trial.ts'
import type { Mischief } from './trial.ts'

const words = {
  texts: [topic, 'me', 'g', '', 'ü'.repeat(50), 'strange'],
  ids: [topicId, 'AAAAAAAAAAAAAAAAAAAAAA', 'BBBBBBBBBBBBBBBBBBBBBA'],
}

const size = (length: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(length)
  return bytes
}

/** What is wrong with a frame, by its name. */
const wrongs: Readonly<Record<string, Mischief>> = {
  'a negative length': () => Buffer.concat([size(-5), Buffer.alloc(10)]),
  'a length of nothing': () => size(0),
  'a length too short for a header': () => Buffer.concat([size(2), Buffer.alloc(2)]),
  'a length of two gigabytes': () => Buffer.concat([size(0x7fffffff), Buffer.alloc(100)]),
  'a length just above the limit': () => Buffer.concat([size(104_857_601), Buffer.alloc(100)]),
  'a frame that never ends': (_request, honest) => honest().subarray(0, -1),
  'a frame longer than its message': (_request, honest) => withSize(Buffer.concat([honest().subarray(4), Buffer.alloc(7)])),
  'a frame shorter than its message': (_request, honest) => withSize(honest().subarray(4, -1)),
  'the answer to another request': (request) =>
    withSize(writeAnswer(request.api, { ...request, correlationId: request.correlationId + 1 }, plausible(request))),
  'an answer twice': (_request, honest) => Buffer.concat([honest(), honest()]),
  'an answer that nobody asked for': (request, honest) =>
    Buffer.concat([withSize(writeAnswer(request.api, { ...request, correlationId: -7 }, plausible(request))), honest()]),
  'a web server': () => Buffer.from('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'),
  'a TLS alert': () => Buffer.from('15030300020228', 'hex'),
  'an end instead of an answer': () => 'closed',
  'no answer': () => undefined,
}

for (const operation of [...clientOperations, ...adminOperations]) {
  describe(`${operation.name}, of a broker that lies`, () => {
    for (const [wrong, mischief] of Object.entries(wrongs)) {
      test(`${wrong}: a typed error within the time-out`, async () => {
        const { asked } = await trial(operation)
        for (const api of asked) {
          try {
            await trial(operation, (request, honest) => (request.api.name === api ? mischief(request, honest) : honest()))
          } catch (cause) {
            throw new Error(`${wrong} for ${api}`, { cause })
          }
        }
      })
    }

    test('hostile answers: random and mutated frames: a typed error, no hang', async () => {
      for (let seed = 1; seed <= 60; seed++) {
        const random = new SeededRandom(seed)
        try {
          await trial(operation, (request, honest) => {
            switch (random.nextInt(4)) {
              case 0:
                return damaged(honest(), random)
              case 1:
                // Sized and numbered rightly, and damaged within.
                return withSize(Buffer.concat([honest().subarray(4, 8), damaged(honest().subarray(8), random)]))
              case 2:
                return request.api.name === 'ApiVersions'
                  ? honest()
                  : withSize(writeAnswer(request.api, request, hostileMessage(request.api.response, request.version, random, words)))
              default:
                return honest()
            }
          })
        } catch (cause) {
          throw new Error(`seed ${seed}`, { cause })
        }
      }
    })
  })
}
