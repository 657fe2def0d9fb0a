import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ByteReader, ByteWriter } from '@odradek/common/bytes'
import { sampleMessage, startBroker } from '@odradek/testing'
import type { RunningBroker, WireClient } from '@odradek/testing'
import { allApis, ApiVersions } from '@odradek/protocol/messages'
import type { Api } from '@odradek/protocol/schema'
import type { RequestContext } from './handler.ts'
import { allHandlers } from './handlers/index.ts'
import { errorVisitor } from './response-errors.ts'

let kafka: RunningBroker
before(async () => {
  kafka = await startBroker({ topics: { orders: 1 } })
})
after(() => kafka.stop())

const produceKey = 0

async function announced(): Promise<readonly { readonly api: Api; readonly min: number; readonly max: number }[]> {
  await using client = await kafka.connect()
  const { apiKeys } = await client.call(ApiVersions, { clientSoftwareName: 'test', clientSoftwareVersion: '1' })
  return apiKeys.map(({ apiKey, minVersion, maxVersion }) => {
    const api = allApis.find(({ key }) => key === apiKey)
    assert.ok(api !== undefined, `there is no API ${apiKey}`)
    return { api, min: Math.max(minVersion, api.versions[0]), max: maxVersion }
  })
}

test('every version that is announced answers a minimal request, to the last byte', async () => {
  for (const { api, min, max } of await announced()) {
    for (let version = min; version <= max; version++) {
      await using client = await kafka.connect()
      // acks=0, the default of a minimal produce request, has no answer.
      const request = api.key === produceKey ? { acks: 1 } : {}
      await assert.doesNotReject(client.call(api, request, version), `${api.name} v${version}`)
    }
  }
})

test('every version that is announced answers about something that is not there, to the last byte', async () => {
  for (const { api, min, max } of await announced()) {
    for (let version = min; version <= max; version++) {
      await using client = await kafka.connect()
      const request = { ...sampleMessage(api.request, version), ...(api.key === produceKey ? { acks: 1 } : {}) }
      await assert.doesNotReject(client.call(api, request, version), `${api.name} v${version}`)
    }
  }
})

test('every API can say that it failed, in each of its versions, where its clients look for it', async () => {
  await using client = await kafka.connect()
  const handlers = allHandlers(kafka.broker.services)
  const silent: string[] = []
  for (const { api, min, max } of await announced()) {
    const handler = handlers.find((candidate) => candidate.api.key === api.key)
    assert.ok(handler !== undefined)
    for (let version = min; version <= max; version++) {
      const request = new ByteWriter()
      api.encodeRequest(request, sampleMessage(api.request, version), version)
      const answer = new ByteWriter()
      const context = contextOf(client, version)
      handler.encode(answer, handler.failed(handler.decode(new ByteReader(request.finish()), version), 7, context), version)
      const codes: number[] = []
      errorVisitor(api.response)?.(api.decodeResponse(new ByteReader(answer.finish()), version), (code) => codes.push(code))
      if (!codes.includes(7)) silent.push(`${api.name} v${version}`)
    }
  }
  assert.deepEqual(silent, [])
})

function contextOf(client: WireClient, apiVersion: number): RequestContext {
  const address = { address: '127.0.0.1', port: client.localPort }
  const connection = { id: 1, listener: 'PLAINTEXT', peer: address, local: address, software: undefined }
  const { signal } = new AbortController()
  return {
    connection: { ...connection, signal, close: () => undefined },
    apiVersion,
    clientId: 'test',
    principal: 'User:ANONYMOUS',
    now: 0,
    signal,
    whenSent: () => undefined,
  }
}
