import assert from 'node:assert/strict'
import { KafkaError } from '@odradek/client'
import { errorCode } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import { Produce } from '@odradek/protocol/messages'
import { range, readAll, seen, text, until, values } from '../reading.ts'
import { scenario } from '../scenario.ts'
import type { Theme } from '../scenario.ts'
import type { SeenRequest } from '../wire/frames.ts'
import { answering, InterferingDialler } from '../wire/interference.ts'
import type { Verdict } from '../wire/interference.ts'

/** What the network does to produce requests, one after the other; then nothing. */
function produceFaults(...verdicts: readonly Verdict[]): InterferingDialler {
  const left = [...verdicts]
  return new InterferingDialler(({ api }) => (api.name === 'Produce' ? left.shift() : undefined))
}

/** An answer to Produce in which the broker did nothing but say why. */
const refusal =
  (name: ErrorName) =>
  (request: SeenRequest): Verdict =>
    answering(Produce, {
      responses: (request.of(Produce)?.topicData ?? []).map((topic) => ({
        name: topic.name,
        topicId: topic.topicId,
        partitionResponses: topic.partitionData.map(({ index }) => ({
          index,
          errorCode: errorCode(name),
          baseOffset: -1,
          logAppendTimeMs: -1,
          logStartOffset: -1,
        })),
      })),
    })

export const delivery: Theme = {
  theme: 'delivery',
  scenarios: [
    scenario('answers are lost again and again: nothing acknowledged is lost, nothing comes twice, order is kept', async (at) => {
      const topic = await at.topic('lost-answers')
      const dialler = produceFaults('answer lost', undefined, 'lost', 'answer lost', undefined, undefined, 'answer lost', 'lost')
      await using producer = at.client({ reconnectBackoffMs: 10, retryBackoffMs: 10 }, { dialler }).producer({ batchSize: 200 })
      const sent = await Promise.all(range(500).map((i) => producer.send(topic, { value: String(i) })))
      assert.equal(sent.length, 500)
      assert.deepEqual(values(await readAll(at, topic, 1, 500)), range(500).map(String))
    }),

    scenario('second batch taken, first refused: the first alone is answered NOT_LEADER, and order is kept', async (at) => {
      const topic = await at.topic('not-leader')
      let requests = 0
      const dialler = new InterferingDialler((request) =>
        request.api.name === 'Produce' && ++requests === 3 ? refusal('NOT_LEADER_OR_FOLLOWER')(request) : undefined,
      )
      await using producer = at.client({ retryBackoffMs: 10 }, { dialler }).producer({ batchSize: 100 })
      await Promise.all(range(300).map((i) => producer.send(topic, { value: String(i) })))
      assert.ok(requests > 3)
      assert.deepEqual(values(await readAll(at, topic, 1, 300)), range(300).map(String))
    }),

    scenario('many of the first five in flight are refused, each for another reason: order is kept', async (at) => {
      const topic = await at.topic('refusals')
      let requests = 0
      const reasons: readonly ErrorName[] = [
        'NOT_ENOUGH_REPLICAS',
        'KAFKA_STORAGE_ERROR',
        'LEADER_NOT_AVAILABLE',
        'REQUEST_TIMED_OUT',
        'UNKNOWN_TOPIC_OR_PARTITION',
        'CORRUPT_MESSAGE',
      ]
      const dialler = new InterferingDialler((request) => {
        if (request.api.name !== 'Produce') return undefined
        const reason = requests++ % 3 === 1 ? reasons.at(requests % reasons.length) : undefined
        return reason === undefined || requests > 30 ? undefined : refusal(reason)(request)
      })
      await using producer = at.client({ retryBackoffMs: 5, retryBackoffMaxMs: 20 }, { dialler }).producer({ batchSize: 100 })
      await Promise.all(range(400).map((i) => producer.send(topic, { value: String(i) })))
      assert.deepEqual(values(await readAll(at, topic, 1, 400)), range(400).map(String))
    }),

    scenario("without retries the error is the user's, and says what to do", async (at) => {
      const topic = await at.topic('no-retries')
      const dialler = new InterferingDialler((request) =>
        request.api.name === 'Produce' ? refusal('NOT_ENOUGH_REPLICAS')(request) : undefined,
      )
      await using producer = at.client({}, { dialler }).producer({ retries: 0 })
      await assert.rejects(
        async () => producer.send(topic, { value: 'v' }),
        (error: unknown) => {
          assert(error instanceof KafkaError)
          assert.equal(error.code, 'NOT_ENOUGH_REPLICAS')
          assert.match(error.message, new RegExp(topic))
          return true
        },
      )
    }),

    scenario('delivery.timeout.ms is the end of trying', async (at) => {
      const topic = await at.topic('expired')
      const dialler = new InterferingDialler((request) =>
        request.api.name === 'Produce' ? refusal('NOT_ENOUGH_REPLICAS')(request) : undefined,
      )
      await using producer = at.client({}, { dialler }).producer({ deliveryTimeoutMs: 1000, requestTimeoutMs: 500, lingerMs: 0 })
      await assert.rejects(
        async () => producer.send(topic, { value: 'v' }),
        (error: unknown) => {
          assert(error instanceof KafkaError)
          assert.ok(['REQUEST_TIMED_OUT', 'NOT_ENOUGH_REPLICAS'].includes(error.code), error.code)
          return true
        },
      )
    }),

    scenario('a request that is held up on its way arrives in its turn, with its own bytes', async (at) => {
      const topic = await at.topic('stalled')
      const other = await at.topic('other')
      const go = seen()
      let held = false
      const dialler = new InterferingDialler(({ api }) => {
        if (api.name !== 'Produce' || held) return undefined
        held = true
        return { after: go.happened }
      })
      const client = at.client({ requestTimeoutMs: 60_000 }, { dialler })
      await using producer = client.producer({ deliveryTimeoutMs: 60_500, lingerMs: 0, enableIdempotence: false })
      const stalled = producer.send(topic, { value: 'a'.repeat(1000) })
      const awaited = stalled.then(
        ({ offset }) => offset,
        () => -1,
      )
      await until(at, 'the first request is under way', () => held)
      const others = Promise.allSettled(range(50).map((i) => producer.send(other, { value: `${i}${'b'.repeat(1000)}` })))
      go.happen()
      await awaited
      await others
      await producer.flush().catch(() => undefined)
      const [record] = await readAll(at, topic, 1, 1)
      assert.equal(text(record?.value ?? null), 'a'.repeat(1000))
    }),

    scenario('the connection breaks while idle: the next record opens another', async (at) => {
      const topic = await at.topic('broken')
      const dialler = new InterferingDialler()
      await using producer = at.client({ reconnectBackoffMs: 10 }, { dialler }).producer()
      await producer.send(topic, { value: 'before' })
      dialler.blackOut()
      dialler.lightUp()
      assert.equal((await producer.send(topic, { value: 'after' })).offset, 1)
    }),

    scenario('the broker is away for a while: sends wait, and arrive once', async (at) => {
      const topic = await at.topic('away')
      const dialler = new InterferingDialler()
      await using producer = at.client({ reconnectBackoffMs: 20, reconnectBackoffMaxMs: 100 }, { dialler }).producer({ batchSize: 200 })
      await producer.send(topic, { value: '0' })
      dialler.blackOut()
      const waiting = Promise.all(range(100).map((i) => producer.send(topic, { value: String(1 + i) })))
      await new Promise((resolve) => setTimeout(resolve, 500))
      dialler.lightUp()
      await waiting
      assert.deepEqual(values(await readAll(at, topic, 1, 101)), range(101).map(String))
    }),

    scenario('an unawaited failure is not lost: flush rejects, and it is logged once', async (at) => {
      const topic = await at.topic('unseen', 1, { config: { 'max.message.bytes': 1000 } })
      const producer = at.producer()
      void producer.send(topic, { value: 'x'.repeat(5000) })
      await assert.rejects(producer.flush(), { code: 'MESSAGE_TOO_LARGE' })
      await producer.close().catch(() => undefined)
      assert.ok(at.logger.lines.some(({ level, message }) => level !== 'info' && message.includes(topic)))
    }),
  ],
}
