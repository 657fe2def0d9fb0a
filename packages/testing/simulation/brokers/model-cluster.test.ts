import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { errorName } from '@odradek/protocol'
import { ApiVersions, EndTxn, Fetch, InitProducerId, Metadata, OffsetForLeaderEpoch, Produce } from '@odradek/protocol/messages'
import { BatchBuilder, splitBatches } from '@odradek/protocol/records'
import { calmPlan } from '../calm-plan.ts'
import { writePayload } from '../checker/payload.ts'
import type { Plan } from '../plan.ts'
import { ScriptedPeer } from '../scripted-peer.ts'
import { Simulation } from '../simulation.ts'
import { World } from '../world/world.ts'
import type { ModelPartition } from './model-partition.ts'

/** A calm cluster with one topic, and a peer on each broker. */
class Stage {
  readonly world: World
  readonly simulation: Simulation
  readonly partition: ModelPartition
  readonly peers = new Map<number, ScriptedPeer>()

  constructor(changes: Partial<Plan> = {}) {
    this.world = new World(calmPlan(changes))
    this.simulation = new Simulation(this.world)
    this.simulation.topic('orders', 1)
    this.partition = this.simulation.cluster.topics.get('orders')!.partitions[0]!
  }

  async open(): Promise<void> {
    const process = this.simulation.process('peer')
    for (const broker of this.simulation.cluster.brokers) {
      const peer = new ScriptedPeer()
      this.peers.set(broker.id, peer)
      await this.until(peer.connect(process, broker))
    }
  }

  get leader(): ScriptedPeer {
    return this.peers.get(this.partition.leader)!
  }

  async until<T>(promise: Promise<T>): Promise<T> {
    const advancing = this.world.time.advance(2_000)
    const [outcome] = await Promise.all([promise, advancing])
    return outcome
  }

  batch(options: { producerId?: number; epoch?: number; sequence?: number; transactional?: boolean; records?: number } = {}): Buffer {
    const { producerId = -1, epoch = -1, sequence = -1, transactional = false, records = 1 } = options
    const builder = new BatchBuilder({ producerId, producerEpoch: epoch, baseSequence: sequence, transactional })
    for (let i = 0; i < records; i++) {
      const sent = this.simulation.ledger.send({
        producer: 1,
        topic: 0,
        partition: 0,
        isIdempotent: producerId >= 0,
        acks: 'all',
        source: 0,
        isHeard: () => true,
      })
      builder.append({ value: writePayload({ value: sent.value, topic: 0, partition: 0, source: 0 }, 40), timestamp: 1 })
    }
    return Buffer.from(builder.build())
  }

  async produce(records: Buffer, options: { transactionalId?: string; version?: number; peer?: ScriptedPeer } = {}): Promise<string> {
    const { transactionalId = null, version = 12, peer = this.leader } = options
    const request = { transactionalId, acks: -1, timeoutMs: 500, topicData: [{ name: 'orders', partitionData: [{ index: 0, records }] }] }
    const { responses } = await this.until(peer.call(Produce, request, version))
    const { errorCode, baseOffset } = responses[0]!.partitionResponses[0]!
    return errorCode === 0 ? `@${baseOffset}` : errorName(errorCode)
  }

  async fetch(options: { offset?: number; committedOnly?: boolean; lastFetchedEpoch?: number } = {}) {
    const { offset = 0, committedOnly = false, lastFetchedEpoch = -1 } = options
    const partition = { partition: 0, fetchOffset: offset, lastFetchedEpoch, partitionMaxBytes: 10_000 }
    const request = {
      maxWaitMs: 10,
      minBytes: 1,
      isolationLevel: committedOnly ? 1 : 0,
      topics: [{ topic: 'orders', partitions: [partition] }],
    }
    const { responses } = await this.until(this.leader.call(Fetch, { ...request, sessionEpoch: -1 }, 12))
    return responses[0]!.partitions[0]!
  }

  noViolations(): void {
    assert.deepEqual(this.world.violations, [])
  }
}

test('a broker announces the versions of its release and no others', async () => {
  const stage = new Stage({ releases: ['2.1', '4.3'] })
  await stage.open()
  const old = await stage.until(stage.peers.get(1)!.call(ApiVersions, {}, 2))
  assert.equal(old.apiKeys.find(({ apiKey }) => apiKey === Produce.key)?.maxVersion, 7)
  const refused = await stage.until(stage.peers.get(1)!.call(ApiVersions, { clientSoftwareName: 'x', clientSoftwareVersion: '1' }, 0))
  assert.equal(refused.errorCode, 0)
  const { topics, brokers } = await stage.until(stage.peers.get(2)!.call(Metadata, { topics: null }, 12))
  assert.equal(topics[0]?.partitions[0]?.leaderId, stage.partition.leader)
  assert.equal(brokers.length, 2)
  stage.noViolations()
})

test('a batch sent again is recognised, one out of order and one of an old epoch are refused', async () => {
  const stage = new Stage()
  await stage.open()
  const first = stage.batch({ producerId: 7, epoch: 1, sequence: 0, records: 2 })
  assert.equal(await stage.produce(first), '@0')
  assert.equal(await stage.produce(first), '@0')
  assert.equal(stage.partition.endOffset, 2)
  assert.equal(await stage.produce(stage.batch({ producerId: 7, epoch: 1, sequence: 5 })), 'OUT_OF_ORDER_SEQUENCE_NUMBER')
  assert.equal(await stage.produce(stage.batch({ producerId: 7, epoch: 2, sequence: 0 })), '@2')
  assert.equal(await stage.produce(stage.batch({ producerId: 7, epoch: 1, sequence: 2 })), 'INVALID_PRODUCER_EPOCH')
  stage.noViolations()
})

test('only the leader takes batches; a leader that goes answers that it is none, whether or not the batch stays', async () => {
  const stage = new Stage({ replicationMs: 5_000 })
  await stage.open()
  const other = [...stage.peers].find(([id]) => id !== stage.partition.leader)![1]
  assert.equal(await stage.produce(stage.batch(), { peer: other }), 'NOT_LEADER_OR_FOLLOWER')
  const answer = stage.produce(stage.batch())
  stage.simulation.cluster.moveLeader(stage.partition)
  assert.equal(await answer, 'NOT_LEADER_OR_FOLLOWER')
  stage.noViolations()
})

test('what was committed stays when leadership moves, and the end of the old epoch is told', async () => {
  const stage = new Stage()
  await stage.open()
  for (let i = 0; i < 3; i++) assert.equal(await stage.produce(stage.batch()), `@${i}`)
  const { leaderEpoch } = stage.partition
  stage.simulation.cluster.moveLeader(stage.partition)
  assert.equal(stage.partition.endOffset, 3)
  assert.equal(await stage.produce(stage.batch()), '@3')
  const request = { topics: [{ topic: 'orders', partitions: [{ partition: 0, leaderEpoch }] }] }
  const { topics } = await stage.until(stage.leader.call(OffsetForLeaderEpoch, request, 4))
  assert.equal(topics[0]?.partitions[0]?.endOffset, 3)
  const diverging = await stage.fetch({ offset: 4, lastFetchedEpoch: leaderEpoch })
  assert.deepEqual([diverging.divergingEpoch.epoch, diverging.divergingEpoch.endOffset], [leaderEpoch, 3])
  stage.noViolations()
})

test('readers of committed records wait for the marker, and are told what was aborted', async () => {
  const stage = new Stage()
  await stage.open()
  const coordinator = stage.peers.get(stage.simulation.coordinators.transactions.broker)!
  const { producerId, producerEpoch } = await stage.until(
    coordinator.call(InitProducerId, { transactionalId: 't', transactionTimeoutMs: 60_000 }, 5),
  )
  const batch = (epoch: number) => stage.batch({ producerId, epoch, sequence: 0, transactional: true })
  assert.equal(await stage.produce(batch(producerEpoch), { transactionalId: 't' }), '@0')
  assert.equal((await stage.fetch({ committedOnly: true })).records?.length, 0)
  assert.equal((await stage.fetch()).records?.length !== 0, true)
  const end = (committed: boolean, epoch: number) =>
    stage.until(coordinator.call(EndTxn, { transactionalId: 't', producerId, producerEpoch: epoch, committed }, 5))
  const aborted = await end(false, producerEpoch)
  assert.equal(aborted.producerEpoch, producerEpoch + 1)
  const again = await end(false, producerEpoch)
  assert.deepEqual([again.errorCode, again.producerEpoch], [0, producerEpoch + 1])
  await stage.world.time.advance(100)
  const read = await stage.fetch({ committedOnly: true })
  assert.deepEqual(
    read.abortedTransactions?.map(({ firstOffset }) => firstOffset),
    [0],
  )
  assert.equal(splitBatches(read.records!).length, 2)
  assert.equal(await stage.produce(batch(producerEpoch), { transactionalId: 't' }), 'INVALID_PRODUCER_EPOCH')
  assert.equal(await stage.produce(batch(producerEpoch + 1), { transactionalId: 't' }), '@2')
  stage.noViolations()
})

test('in the first protocol a partition has to be added before it is written to', async () => {
  const stage = new Stage({ releases: ['3.7', '3.7'] })
  await stage.open()
  const coordinator = stage.peers.get(stage.simulation.coordinators.transactions.broker)!
  const { producerId, producerEpoch: epoch } = await stage.until(
    coordinator.call(InitProducerId, { transactionalId: 't', transactionTimeoutMs: 60_000 }, 4),
  )
  const sent = stage.batch({ producerId, epoch, sequence: 0, transactional: true })
  assert.equal(await stage.produce(sent, { transactionalId: 't', version: 10 }), 'INVALID_TXN_STATE')
  stage.noViolations()
})
