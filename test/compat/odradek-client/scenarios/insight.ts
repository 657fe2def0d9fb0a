import assert from 'node:assert/strict'
import { channel, tracingChannel } from 'node:diagnostics_channel'
import type { Metrics } from '@odradek/client'
import { fill, partitionsOf, range, take, until } from '../reading.ts'
import { scenario } from '../scenario.ts'
import type { Theme } from '../scenario.ts'

export const insight: Theme = {
  theme: 'insight',
  scenarios: [
    scenario("metrics have Java's names and groups, and the numbers of what happened", async (at) => {
      const topic = await at.topic('metrics')
      await using producer = at.producer()
      await Promise.all(range(100).map(async (i) => producer.send(topic, { value: String(i) })))
      const sent = byName(producer.metrics())
      assert.equal(sent.get('producer-metrics/record-send-total'), 100)
      assert.equal(sent.get('producer-metrics/record-error-total'), 0)
      for (const name of [
        'batch-size-avg',
        'request-latency-avg',
        'outgoing-byte-total',
        'connection-count',
        'bufferpool-wait-time-ns-total',
      ]) {
        assert.ok(
          [...sent.keys()].some((key) => key.endsWith(`/${name}`)),
          `no ${name}`,
        )
      }
      await using consumer = at.member(at.name('group'))
      consumer.subscribe([topic])
      await take(at, consumer, 100)
      const read = byName(consumer.metrics())
      assert.ok((read.get('consumer-fetch-manager-metrics/records-consumed-total') ?? 0) >= 99)
      assert.equal(read.get('consumer-coordinator-metrics/rebalance-total'), 1)
      for (const name of [
        'records-lag-max',
        'fetch-latency-avg',
        'bytes-consumed-total',
        'heartbeat-rate',
        'commit-latency-avg',
        'assigned-partitions',
      ]) {
        assert.ok(
          [...read.keys()].some((key) => key.endsWith(`/${name}`)),
          `no ${name}`,
        )
      }
    }),

    scenario('diagnostics channels tell of sends, fetches, commits, requests, rebalances and metadata', async (at) => {
      const topic = await at.topic('channels')
      const heard = new Set<string>()
      const traced = [
        'odradek:producer.send',
        'odradek:consumer.receive',
        'odradek:consumer.process',
        'odradek:consumer.commit',
        'odradek:connection.request',
      ]
      const plain = ['odradek:consumer.rebalance', 'odradek:metadata.update']
      const ends: (() => void)[] = []
      for (const name of traced) {
        const handlers = {
          start: () => void heard.add(name),
          end: () => undefined,
          asyncStart: () => undefined,
          asyncEnd: () => undefined,
          error: () => undefined,
        }
        tracingChannel(name).subscribe(handlers)
        ends.push(() => {
          tracingChannel(name).unsubscribe(handlers)
        })
      }
      for (const name of plain) {
        const handler = (): void => void heard.add(name)
        channel(name).subscribe(handler)
        ends.push(() => {
          channel(name).unsubscribe(handler)
        })
      }
      try {
        await fill(at, topic, 3)
        await using consumer = at.member(at.name('group'))
        consumer.subscribe([topic])
        const stop = new AbortController()
        await consumer.run(
          ({ offset }) => {
            if (offset === 2) stop.abort()
          },
          { signal: AbortSignal.any([stop.signal, at.signal]) },
        )
        await consumer.commit()
        await until(at, `all are heard, not only ${[...heard].join(' ')}`, () => [...traced, ...plain].every((name) => heard.has(name)))
      } finally {
        for (const end of ends) end()
      }
    }),

    scenario('a rebalance is one line of the log, with its reason', async (at) => {
      const topic = await at.topic('logged')
      await using consumer = at.member(at.name('group'))
      consumer.subscribe([topic])
      await fill(at, topic, 1)
      await take(at, consumer, 1)
      assert.equal(at.logger.lines.filter(({ level, message }) => level === 'info' && /rebalance|joined/i.test(message)).length, 1)
    }),

    scenario('lag is known after the first answer, and goes down to nothing', async (at) => {
      const topic = await at.topic('lag')
      await fill(at, topic, 50)
      const place = { topic, partition: 0 }
      await using consumer = at.consumer({ maxPollRecords: 10 })
      consumer.assign(partitionsOf(topic, 1))
      assert.equal(consumer.lag(place), undefined)
      const lags: (number | undefined)[] = []
      for await (const batch of consumer.batches({ signal: at.signal })) {
        lags.push(consumer.lag(place))
        if (batch.nextOffset === 50) break
      }
      assert.deepEqual(lags, [40, 30, 20, 10, 0])
    }),
  ],
}

/** `group/name` of each metric; of several with that name, the first. */
function byName(metrics: Metrics): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const metric of metrics) {
    const key = `${metric.group}/${metric.name}`
    if (!found.has(key)) found.set(key, metric.value())
  }
  return found
}
