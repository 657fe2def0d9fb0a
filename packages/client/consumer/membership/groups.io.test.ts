import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Deferred } from '@odradek/common/async'
import { MemoryDisk } from '@odradek/common/disk'
import { systemClock } from '@odradek/common/time'
import { produceBatch, startBroker } from '@odradek/testing'
import type { RunningBroker } from '@odradek/testing'
import type { ConsumerOptions } from '../../config/index.ts'
import { nameOf } from '../../partitions.ts'
import { batchOf, consumerOf } from '../consumer-fixture.ts'
import type { Consumer } from '../consumer.ts'

/** A group of consumers that read on, each in its loop, and what all of them have seen. */
class Group implements AsyncDisposable {
  readonly #bootstrap: string
  readonly #options: ConsumerOptions
  readonly #members = new Set<Consumer>()
  readonly #stops = new Map<Consumer, AbortController>()
  readonly #readings = new Map<Consumer, Promise<void>>()
  /** How often each record came, by place. */
  readonly seen = new Map<string, number>()
  readonly events: string[] = []
  #changed = new Deferred<void>()

  constructor(broker: RunningBroker, options: ConsumerOptions) {
    this.#bootstrap = broker.bootstrapServers
    this.#options = { groupId: 'g', autoOffsetReset: 'earliest', heartbeatIntervalMs: 50, ...options }
  }

  join(name: string, options: ConsumerOptions = {}): Consumer {
    const consumer = consumerOf(this.#bootstrap, { ...this.#options, ...options })
    const event = (kind: string) => (partitions: readonly unknown[]) => this.#note(`${name} ${kind} ${partitions.length}`)
    consumer.subscribe(['orders'], {
      onPartitionsAssigned: event('assigned'),
      onPartitionsRevoked: event('revoked'),
      onPartitionsLost: event('lost'),
    })
    const stop = new AbortController()
    this.#members.add(consumer)
    this.#stops.set(consumer, stop)
    this.#readings.set(consumer, this.#read(consumer, stop.signal))
    return consumer
  }

  async leave(consumer: Consumer): Promise<void> {
    if (!this.#members.delete(consumer)) return
    this.#stops.get(consumer)?.abort()
    await consumer.close()
    await this.#readings.get(consumer)
  }

  /** Looks again after each event and record. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await this.#changed.promise
  }

  async untilShared(...shares: readonly [Consumer, number][]): Promise<void> {
    await this.until(() => shares.every(([consumer, count]) => consumer.assignment().length === count))
    const all = shares.flatMap(([consumer]) => consumer.assignment().map(nameOf))
    assert.equal(new Set(all).size, all.length, 'nobody shares a partition')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const consumer of this.#members) await this.leave(consumer)
  }

  async #read(consumer: Consumer, signal: AbortSignal): Promise<void> {
    for await (const { partition, offset } of consumer.records({ signal })) {
      const place = `${partition}/${offset}`
      this.seen.set(place, (this.seen.get(place) ?? 0) + 1)
      this.#note()
    }
  }

  #note(event?: string): void {
    if (event !== undefined) this.events.push(event)
    this.#changed.resolve()
    this.#changed = new Deferred<void>()
  }
}

async function fill(broker: RunningBroker, partitions: number, count: number): Promise<void> {
  await using wire = await broker.connect()
  for (let partition = 0; partition < partitions; partition++) {
    const batch = batchOf(Array.from({ length: count }, (_, i) => String(i)))
    await produceBatch(wire, { topic: 'orders', partition, batch })
  }
}

for (const assignors of [['range'], ['roundrobin'], ['sticky'], ['cooperative-sticky'], undefined] as const) {
  const name = assignors?.[0] ?? 'the default assignors'
  test(`members come and go, with ${name}: each record is seen, and none twice by those that leave in order`, async () => {
    await using broker = await startBroker({ topics: { orders: 6 } })
    await fill(broker, 6, 20)
    await using group = new Group(broker, assignors === undefined ? {} : { assignors })
    const ann = group.join('ann')
    await group.untilShared([ann, 6])
    await group.until(() => group.seen.size === 120)
    const bob = group.join('bob')
    await group.untilShared([ann, 3], [bob, 3])
    const cat = group.join('cat')
    await group.untilShared([ann, 2], [bob, 2], [cat, 2])
    await fill(broker, 6, 10)
    await group.until(() => group.seen.size === 180)
    await group.leave(bob)
    await group.untilShared([ann, 3], [cat, 3])
    await fill(broker, 6, 10)
    await group.until(() => group.seen.size === 240)
    assert.deepEqual([...group.seen.values()].filter((times) => times > 1).length, 0)
    assert.ok(!group.events.some((event) => event.includes('lost')))
  })
}

test('a cooperative member keeps what stays while others come', async () => {
  await using broker = await startBroker({ topics: { orders: 4 } })
  await using group = new Group(broker, { assignors: ['cooperative-sticky'] })
  const ann = group.join('ann')
  await group.untilShared([ann, 4])
  const bob = group.join('bob')
  await group.untilShared([ann, 2], [bob, 2])
  assert.deepEqual(
    group.events.filter((event) => event.startsWith('ann revoked')),
    ['ann revoked 2'],
  )
})

test('a static member that is back within its session gets its partitions without a rebalance', async () => {
  await using broker = await startBroker({ topics: { orders: 4 } })
  await using group = new Group(broker, {})
  const ann = group.join('ann', { groupInstanceId: 'i1' })
  const bob = group.join('bob', { groupInstanceId: 'i2' })
  await group.untilShared([ann, 2], [bob, 2])
  const had = bob.assignment().map(nameOf)
  const before = group.events.filter((event) => event.startsWith('ann')).length
  await group.leave(bob)
  const back = group.join('back', { groupInstanceId: 'i2' })
  await group.until(() => back.assignment().length === 2)
  assert.deepEqual(back.assignment().map(nameOf), had)
  assert.equal(group.events.filter((event) => event.startsWith('ann')).length, before)
  assert.equal(back.groupMetadata().generationId, ann.groupMetadata().generationId)
})

test('the coordinator goes away and comes back: the group goes on, and nothing is lost', async () => {
  const disk = new MemoryDisk({ clock: systemClock })
  const first = await startBroker({ disk, topics: { orders: 4 } })
  const { port } = first
  await fill(first, 4, 10)
  await using group = new Group(first, {})
  const ann = group.join('ann')
  const bob = group.join('bob')
  await group.untilShared([ann, 2], [bob, 2])
  await group.until(() => group.seen.size === 40)
  await first.stop()
  await using second = await startBroker({ disk, port })
  await fill(second, 4, 10)
  await group.until(() => group.seen.size === 80)
  await group.untilShared([ann, 2], [bob, 2])
  await ann.commit()
  await bob.commit()
  const partitions = Array.from({ length: 4 }, (_, partition) => ({ topic: 'orders', partition }))
  assert.deepEqual(
    (await ann.committed(partitions)).map((one) => one?.offset),
    [20, 20, 20, 20],
  )
  await group[Symbol.asyncDispose]() // before the broker goes
})
