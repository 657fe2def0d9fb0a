import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { KafkaError } from '@odradek/client'
import { apiByKey, ApiVersions } from '@odradek/protocol/messages'
import { readAnswer, withSize, writeAnswer } from '../wire/frames.ts'
import { releases } from '../wire/older-broker.ts'
import { adminOperations, clientOperations } from './operations.ts'
import { trial } from './trial.ts'
import type { Mischief } from './trial.ts'

/** A broker in order that knows no version above those of a release. */
const limitedTo =
  (versions: Readonly<Record<string, number | undefined>>): Mischief =>
  (request, honest) => {
    if (request.api.key !== ApiVersions.key) {
      const max = versions[request.api.name]
      assert.ok(
        max !== undefined && request.version <= max,
        `${request.api.name} in version ${request.version}, though the broker said ${max}`,
      )
      return honest()
    }
    const answer = readAnswer(ApiVersions, request, honest().subarray(4))
    const apiKeys = answer.apiKeys.flatMap((announced) => {
      const max = versions[apiByKey(announced.apiKey)?.name ?? '']
      return max === undefined || max < announced.minVersion ? [] : [{ ...announced, maxVersion: Math.min(announced.maxVersion, max) }]
    })
    return withSize(writeAnswer(ApiVersions, request, { ...answer, apiKeys, finalizedFeatures: [] }))
  }

describe('a broker of an old release', () => {
  for (const [release, versions] of Object.entries(releases)) {
    assert(versions !== undefined)
    for (const operation of clientOperations.filter(({ name }) => !name.includes('KIP-848'))) {
      test(`${release}: ${operation.name} speaks its versions`, async () => {
        const { error } = await trial(operation, limitedTo(versions))
        // The generation of a group goes with a transaction since 2.5 (KIP-447); an older broker could not fence who has lost its partitions.
        if (release === '2.1' && operation.name === 'transaction') {
          assert(error instanceof KafkaError)
          assert.equal(error.code, 'UNSUPPORTED_VERSION')
        } else assert.equal(error, undefined)
      })
    }
    for (const operation of adminOperations) {
      test(`${release}: ${operation.name} speaks its versions, or says which API the broker lacks`, async () => {
        const { error } = await trial(operation, limitedTo(versions))
        if (error === undefined) return
        assert(error instanceof KafkaError)
        assert.equal(error.code, 'UNSUPPORTED_VERSION')
      })
    }
  }
})
