import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KafkaError } from '@odradek/protocol'
import { BlocksOfProducerIds } from './producer-ids.ts'

/** Gives blocks of 150 ids; the answers come a turn later. */
class FakeMetadata {
  asked = 0
  failing = false

  async allocateProducerIds() {
    const first = this.asked++ * 150
    await new Promise((resolve) => setImmediate(resolve))
    if (this.failing) throw new KafkaError('REQUEST_TIMED_OUT')
    return { first, count: 150 }
  }
}

test('no id is handed out twice, also when many ask at once', async () => {
  const ids = new BlocksOfProducerIds(new FakeMetadata())
  const given = await Promise.all(Array.from({ length: 1000 }, () => ids.next()))
  assert.equal(new Set(given).size, 1000)
})

test('the next block is asked for before the present one is used up', async () => {
  const metadata = new FakeMetadata()
  const ids = new BlocksOfProducerIds(metadata)
  for (let count = 0; count < 50; count++) await ids.next()
  assert.equal(metadata.asked, 1)
  await ids.next()
  assert.equal(metadata.asked, 2)
})

test('when no block can be had whoever asks is told, and the next one tries again', async () => {
  const metadata = new FakeMetadata()
  metadata.failing = true
  const ids = new BlocksOfProducerIds(metadata)
  await assert.rejects(ids.next(), { code: 'REQUEST_TIMED_OUT' })
  metadata.failing = false
  assert.equal(await ids.next(), 150)
})
