import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { MemoryDisk } from '@odradek/common/disk'
import type { OpenFile } from '@odradek/common/disk'
import { errorName } from '@odradek/protocol'
import {
  CreateTopics,
  DeleteTopics,
  DescribeGroups,
  FindCoordinator,
  Heartbeat,
  JoinGroup,
  ListGroups,
  OffsetCommit,
  OffsetFetch,
  SyncGroup,
} from '@odradek/protocol/messages'
import { RecordedLog, startBroker } from '@odradek/testing'
import type { WireClient } from '@odradek/testing'

async function commit(client: WireClient, groupId: string, offsets: Readonly<Record<number, number | bigint>>, topic = 'orders') {
  const partitions = Object.entries(offsets).map(([partition, committedOffset]) => ({
    partitionIndex: Number(partition),
    committedOffset,
    committedMetadata: '',
  }))
  const answer = await client.call(OffsetCommit, { groupId, memberId: '', topics: [{ name: topic, partitions }] }, 9)
  return answer.topics.flatMap((each) => each.partitions.map(({ errorCode }) => errorName(errorCode)))
}

async function committed(client: WireClient, groupId: string): Promise<Readonly<Record<string, number | bigint>>> {
  const answer = await client.call(OffsetFetch, { groupId, topics: null, requireStable: true }, 7)
  assert.equal(errorName(answer.errorCode), 'NONE')
  return Object.fromEntries(
    answer.topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, committedOffset }) => [`${name}-${partitionIndex}`, committedOffset]),
    ),
  )
}

async function findCoordinator(client: WireClient, groupId: string): Promise<void> {
  const answer = await client.call(FindCoordinator, { key: groupId, keyType: 0 }, 3)
  assert.equal(errorName(answer.errorCode), 'NONE')
}

test('a member for whom there is no memory is refused, and the log says which setting bounds it', async () => {
  const log = new RecordedLog()
  await using kafka = await startBroker({ logger: log, config: { 'group.members.max.bytes': '10000' } })
  await using client = await kafka.connect()
  await findCoordinator(client, 'fat')
  const request = { groupId: 'fat', sessionTimeoutMs: 30_000, rebalanceTimeoutMs: 30_000, memberId: '', protocolType: 'consumer' }
  const { errorCode } = await client.call(JoinGroup, { ...request, protocols: [{ name: 'range', metadata: Buffer.alloc(10_000) }] }, 9)
  assert.equal(errorName(errorCode), 'GROUP_MAX_SIZE_REACHED')
  const [line] = log.lines.filter(({ level }) => level === 'warn')
  assert.match(line?.message ?? '', /group\.members\.max\.bytes/)
  assert.equal(line?.fields['limitBytes'], 10_000)
})

/** A member of a stable group, alone. */
async function beMember(client: WireClient, groupId: string) {
  const request = {
    groupId,
    sessionTimeoutMs: 30_000,
    rebalanceTimeoutMs: 30_000,
    memberId: '',
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: Buffer.alloc(6) }],
  }
  const { memberId } = await client.call(JoinGroup, request, 9)
  const { generationId } = await client.call(JoinGroup, { ...request, memberId }, 9)
  const member = { groupId, generationId, memberId, groupInstanceId: null }
  const assignments = [{ memberId, assignment: Buffer.from('all') }]
  await client.call(SyncGroup, { ...member, protocolType: 'consumer', protocolName: 'range', assignments }, 5)
  return member
}

test('the first group of a fresh broker is served at once', async () => {
  await using kafka = await startBroker({ config: { 'offsets.topic.num.partitions': '50' } })
  await using client = await kafka.connect()
  await findCoordinator(client, 'g')
  assert.equal((await beMember(client, 'g')).generationId, 1)
})

test('committed offsets and members outlive a restart', async () => {
  const disk = new MemoryDisk()
  let member: Awaited<ReturnType<typeof beMember>>
  {
    await using kafka = await startBroker({ disk, topics: { orders: 3 } })
    await using client = await kafka.connect()
    await findCoordinator(client, 'g')
    member = await beMember(client, 'g')
    assert.deepEqual(await commit(client, 'simple', { 0: 7, 2: 2n ** 53n + 1n }), ['NONE', 'NONE'])
    assert.deepEqual(await commit(client, 'simple', { 0: 8 }), ['NONE'])
  }
  await using kafka = await startBroker({ disk })
  await using client = await kafka.connect()
  await findCoordinator(client, 'g')
  assert.deepEqual(await committed(client, 'simple'), { 'orders-0': 8, 'orders-2': 2n ** 53n + 1n })
  assert.equal(errorName((await client.call(Heartbeat, member, 4)).errorCode), 'NONE')
  const { groups } = await client.call(DescribeGroups, { groups: ['g'] }, 5)
  assert.equal(groups[0]?.groupState, 'Stable')
  assert.equal(groups[0].members[0]?.memberAssignment.toString(), 'all')
})

test('more offsets than one batch can hold are committed, stored and read again', async () => {
  const disk = new MemoryDisk()
  const partitions = 2_000
  {
    await using kafka = await startBroker({ disk, topics: { orders: partitions } })
    await using client = await kafka.connect()
    await findCoordinator(client, 'g')
    const offsets = Object.fromEntries(Array.from({ length: partitions }, (_, partition) => [partition, partition]))
    const ids = Array.from({ length: 20 }, (_, index) => `g${index}`)
    const results = await Promise.all(
      ids.map(async (groupId) => {
        await using own = await kafka.connect()
        return await commit(own, groupId, offsets)
      }),
    )
    assert.ok(results.flat().every((error) => error === 'NONE'))
  }
  await using kafka = await startBroker({ disk })
  await using client = await kafka.connect()
  await findCoordinator(client, 'g')
  for (const groupId of ['g0', 'g19']) {
    const found = await committed(client, groupId)
    assert.equal(Object.keys(found).length, partitions)
    assert.equal(found['orders-1999'], 1999)
  }
})

test('offsets of a deleted topic are gone, and the next one of its name begins without any', async () => {
  const disk = new MemoryDisk()
  {
    await using kafka = await startBroker({ disk, topics: { orders: 1, bills: 1 } })
    await using client = await kafka.connect()
    await findCoordinator(client, 'g')
    await commit(client, 'g', { 0: 7 })
    await commit(client, 'g', { 0: 8 }, 'bills')
    await client.call(DeleteTopics, { topicNames: ['orders'], timeoutMs: 10_000 }, 5)
    await client.call(
      CreateTopics,
      { topics: [{ name: 'orders', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }] },
      6,
    )
    assert.deepEqual(await committed(client, 'g'), { 'bills-0': 8 })
  }
  await using kafka = await startBroker({ disk })
  await using client = await kafka.connect()
  await findCoordinator(client, 'g')
  assert.deepEqual(await committed(client, 'g'), { 'bills-0': 8 })
})

test('a broker that stops tells parked members to look for another coordinator', async () => {
  const kafka = await startBroker({ config: { 'group.initial.rebalance.delay.ms': '60000' } })
  await using client = await kafka.connect()
  await findCoordinator(client, 'g')
  const request = {
    groupId: 'g',
    sessionTimeoutMs: 30_000,
    rebalanceTimeoutMs: 60_000,
    memberId: '',
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: Buffer.alloc(0) }],
  }
  const parked = client.send(JoinGroup, request, 3)
  await using other = await kafka.connect()
  for (let isParked = false; !isParked;) {
    const { groups } = await other.call(ListGroups, { statesFilter: ['PreparingRebalance'] }, 4)
    isParked = groups.length === 1
  }
  await Promise.all([
    kafka.stop(),
    client.answerTo(JoinGroup, parked, 3).then(({ errorCode }) => assert.equal(errorName(errorCode), 'NOT_COORDINATOR')),
  ])
})

test('a member that commits faster than the disk syncs keeps its session: commits on one connection share the disk', async () => {
  // A librdkafka member that commits each record without waiting had thousands of commits under way; taken one by one, each
  // behind a sync of its own, they kept its heartbeats waiting until it gave up the group.
  const disk = new CountingDisk()
  await using kafka = await startBroker({ topics: { orders: 1 }, disk })
  await using client = await kafka.connect()
  await findCoordinator(client, 'g')
  await commit(client, 'g', { 0: 0 })
  const before = disk.syncs
  const sent = Array.from({ length: 200 }, (_, i) =>
    client.send(
      OffsetCommit,
      {
        groupId: 'g',
        memberId: '',
        topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, committedOffset: i, committedMetadata: '' }] }],
      },
      9,
    ),
  )
  for (const correlationId of sent) {
    const { topics } = await client.answerTo(OffsetCommit, correlationId, 9)
    assert.equal(topics[0]?.partitions[0]?.errorCode, 0)
  }
  assert.deepEqual(await committed(client, 'g'), { 'orders-0': 199 })
  const syncs = disk.syncs - before
  assert(syncs < 100, `${syncs} syncs for 200 commits`)
})

class CountingDisk extends MemoryDisk {
  syncs = 0

  override open(...args: Parameters<MemoryDisk['open']>): OpenFile {
    const file = super.open(...args)
    const sync = file.syncSync.bind(file)
    file.syncSync = () => {
      this.syncs++
      sync()
    }
    return file
  }
}
