import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batchOf } from './consumer-fixture.ts'
import { Scene } from './scene/scene.ts'

test('stuck handler keeps its partitions: they are lost, not revoked, when the interval ends while another member is asking for them', async () => {
  const scene = new Scene({ t: 1 })
  scene.logs.append('t-0', batchOf(['0', '1', '2']))
  const group = { groupId: 'g', autoOffsetReset: 'earliest', heartbeatIntervalMs: 200, sessionTimeoutMs: 6000 } as const
  const told: string[] = []
  const stuck = scene.consumer({ ...group, maxPollIntervalMs: 5000 })
  stuck.subscribe(['t'], { onPartitionsRevoked: () => void told.push('revoked'), onPartitionsLost: () => void told.push('lost') })
  const iterator = stuck.batches()[Symbol.asyncIterator]()
  const first = iterator.next()
  await scene.pass(100)
  const { value: batch } = await first
  assert.equal(batch?.firstOffset, 0)

  // Another one joins, so the batch in hand is asked for; its handler goes on as if nothing were.
  const heir = scene.consumer(group)
  heir.subscribe(['t'])
  const inherited = heir.batches()[Symbol.asyncIterator]().next()
  await scene.pass(1000)
  assert.ok(batch?.signal.aborted)
  assert.deepEqual(told, [])

  await scene.pass(5000)
  assert.deepEqual(told, ['lost'])
  assert.equal((await inherited).value?.firstOffset, 0)
  await assert.rejects(async () => batch?.commit())

  // The next request for an item joins again.
  const again = iterator.next()
  await scene.until(heir.close())
  assert.equal((await scene.until(again)).value?.firstOffset, 0)
  await iterator.return?.()
  await scene.until(stuck.close())
  assert.deepEqual(told, ['lost', 'revoked'])
})
