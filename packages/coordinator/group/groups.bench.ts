import { performance } from 'node:perf_hooks'
import { silentLogger } from '@odradek/common/logging'
import { MetricsRegistry } from '@odradek/common/metrics'
import { systemRandom } from '@odradek/common/random'
import { systemClock, systemTimer } from '@odradek/common/time'
import { ZERO_UUID } from '@odradek/common/bytes'
import { loadShard } from '../runtime/loader.ts'
import { MemoryCoordinatorLog } from '../runtime/memory-coordinator-log.ts'
import { commitRequest, contextOf, subscription, usualConfig } from './group-story.ts'
import { GroupCoordinator } from './group-coordinator.ts'
import { GroupMetrics } from './group-metrics.ts'
import { GroupShard } from './group-shard.ts'
import { groupRecordFormat } from './record-format.ts'

/**
 * What groups cost, without network and disk: `node packages/coordinator/group/groups.bench.ts`
 *
 * Reading offsets back, heartbeats, commits, and a hundred groups that join at once.
 */
const metrics = new MetricsRegistry(systemClock)
const groupMetrics = new GroupMetrics(new MetricsRegistry(systemClock))

async function load(offsets: number): Promise<void> {
  const log = new MemoryCoordinatorLog(1)
  log.pieceSize = 10_000
  for (let i = 0; i < offsets; i++) {
    const value = { offset: i, leaderEpoch: 1, metadata: '', committedAtMs: 1_700_000_000_000, expiresAtMs: -1, topicId: ZERO_UUID }
    log.put(0, [
      groupRecordFormat.encode({
        kind: 'offset-commit',
        groupId: `group-${i % 100}`,
        topic: `topic-${i % 7}`,
        partition: Math.floor(i / 700) % 1000,
        value,
      }),
    ])
  }
  globalThis.gc?.()
  const before = process.memoryUsage().heapUsed
  const startedMs = performance.now()
  const loaded = await loadShard(0, {
    log,
    format: groupRecordFormat,
    clock: systemClock,
    timer: systemTimer,
    logger: silentLogger,
    isCurrent: () => true,
    createShard: () =>
      new GroupShard({
        clock: systemClock,
        config: () => usualConfig,
        logger: silentLogger,
        metrics: groupMetrics,
        topicIdOf: () => ZERO_UUID,
        newId: () => '',
        memory: () => ({ heldBytes: 0, limitBytes: Infinity }),
      }),
  })
  const tookMs = performance.now() - startedMs
  globalThis.gc?.()
  const heap = process.memoryUsage().heapUsed - before
  const kept = loaded?.shard.countOffsets() ?? 0
  print(
    `load ${offsets} commits (${kept} kept)`,
    `${tookMs.toFixed(0)} ms, ${((tookMs / offsets) * 1000).toFixed(2)} µs each, heap +${(heap / kept).toFixed(0)} bytes an offset`,
  )
}

async function serve(): Promise<void> {
  const log = new MemoryCoordinatorLog(50)
  const coordinator = new GroupCoordinator({
    log,
    clock: systemClock,
    timer: systemTimer,
    random: systemRandom,
    logger: silentLogger,
    config: () => ({ ...usualConfig, 'group.initial.rebalance.delay.ms': 0 }),
    topicIdOf: () => ZERO_UUID,
    metrics,
    memoryBytes: 2 ** 34,
  })
  for (let partition = 0; partition < 50; partition++) coordinator.elected(partition, 1)
  await new Promise((resolve) => {
    setTimeout(resolve, 10)
  })

  const join = async (groupId: string): Promise<{ groupId: string; memberId: string; generation: number }> => {
    const request = {
      groupId,
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 60_000,
      memberId: '',
      groupInstanceId: null,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: subscription(['orders']) }],
      reason: null,
    }
    const { memberId } = await coordinator.joinGroup(request, contextOf('c', 9))
    const joined = await coordinator.joinGroup({ ...request, memberId }, contextOf('c', 9))
    const generation = joined.generationId ?? -1
    const protocolName = joined.protocolName
    const assignments = [{ memberId, assignment: Buffer.alloc(20) }]
    await coordinator.syncGroup(
      { groupId, generationId: generation, memberId, groupInstanceId: null, protocolType: 'consumer', protocolName, assignments },
      contextOf('c', 5),
    )
    return { groupId, memberId, generation }
  }

  await join('warm')
  let startedMs = performance.now()
  const members = await Promise.all(Array.from({ length: 1_000 }, (_, i) => join(`g${i}`)))
  print(
    '1,000 groups of one join and sync at once',
    `${(performance.now() - startedMs).toFixed(0)} ms, ${((performance.now() - startedMs) / members.length).toFixed(3)} ms a group`,
  )

  for (const round of ['cold', 'warm']) {
    startedMs = performance.now()
    for (let i = 0; i < 200; i++) {
      await Promise.all(
        members.map(({ groupId, memberId, generation }) =>
          coordinator.heartbeat({ groupId, memberId, generationId: generation, groupInstanceId: null }),
        ),
      )
    }
    print(`heartbeats, ${round}`, perSecond(200 * members.length, startedMs))
  }

  for (const round of ['cold', 'warm']) {
    startedMs = performance.now()
    for (let i = 0; i < 50; i++) {
      await Promise.all(
        members.map(({ groupId, memberId, generation }) =>
          coordinator.commitOffsets(
            commitRequest({ 'orders-0': i }, { groupId, memberId, generationIdOrMemberEpoch: generation }),
            contextOf('c', 9),
          ),
        ),
      )
    }
    print(`commits of one offset, 1,000 a turn, ${round}`, perSecond(50 * members.length, startedMs))
  }
  coordinator.close()
}

function perSecond(count: number, startedMs: number): string {
  const tookMs = performance.now() - startedMs
  return `${Math.round((count / tookMs) * 1000).toLocaleString('en')}/s, ${((tookMs / count) * 1000).toFixed(2)} µs each`
}

function print(what: string, figures: string): void {
  process.stdout.write(`${what.padEnd(52)} ${figures}\n`)
}

const alive = setInterval(() => {}, 1_000)
await load(100_000)
await load(1_000_000)
await serve()
clearInterval(alive)
