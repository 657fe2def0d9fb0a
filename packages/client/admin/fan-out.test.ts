import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorCode, KafkaError } from '@odradek/protocol'
import { DeleteGroups, FindCoordinator, ListGroups, ListOffsets, Metadata } from '@odradek/protocol/messages'
import type { RequestOf, ResponseDraft } from '@odradek/protocol/schema'
import { ScriptedCluster, scriptedAdmin } from './scripted-cluster.ts'

const notCoordinator = errorCode('NOT_COORDINATOR')

/** Groups and where they are coordinated. */
function coordinatedBy(cluster: ScriptedCluster, where: (group: string) => number, upTo = 6): void {
  const found = (key: string) => ({ key, nodeId: where(key), host: 'h', port: 9092, errorCode: 0 })
  cluster.on(
    FindCoordinator,
    ({ key, coordinatorKeys }, { version }): ResponseDraft<typeof FindCoordinator> =>
      version >= 4
        ? { errorCode: 0, nodeId: 0, host: '', port: 0, coordinators: coordinatorKeys.map(found) }
        : { ...found(key), coordinators: [] },
    { upTo },
  )
}

const deleted = ({ groupsNames }: RequestOf<typeof DeleteGroups>, code: (group: string) => number = () => 0) => ({
  results: groupsNames.map((groupId) => ({ groupId, errorCode: code(groupId) })),
})

test('each coordinator gets one request with all of its groups, after one look-up for all', async () => {
  const cluster = new ScriptedCluster()
  coordinatedBy(cluster, (group) => (group === 'c' ? 3 : 2))
  cluster.on(DeleteGroups, (request) => deleted(request))
  const { admin, held } = scriptedAdmin(cluster)
  const results = await admin.deleteConsumerGroups(['a', 'b', 'c'])
  assert.deepEqual([...results.keys()], ['a', 'b', 'c'])
  assert.equal(cluster.log, 'FindCoordinator@1 DeleteGroups@2 DeleteGroups@3')
  assert.deepEqual(cluster.asked[1]?.request['groupsNames'], ['a', 'b'])
  assert.equal(held(), 0)
  assert.equal(cluster.time.pendingTimers, 0)
})

test('brokers before 3.0 are asked for coordinators one by one', async () => {
  const cluster = new ScriptedCluster()
  coordinatedBy(cluster, () => 2, 3)
  cluster.on(DeleteGroups, (request) => deleted(request))
  const { admin } = scriptedAdmin(cluster)
  await admin.deleteConsumerGroups(['a', 'b'])
  assert.equal(cluster.log, 'FindCoordinator@1 FindCoordinator@1 DeleteGroups@2')
})

test('only the group whose coordinator has moved is asked for again, where it is now', async () => {
  const cluster = new ScriptedCluster()
  let moved = false
  coordinatedBy(cluster, (group) => (group === 'b' && moved ? 3 : 2))
  cluster.on(DeleteGroups, (request, { broker }) => {
    moved = true
    return deleted(request, (group) => (group === 'b' && broker === 2 ? notCoordinator : 0))
  })
  const { admin } = scriptedAdmin(cluster)
  const results = admin.deleteConsumerGroups(['a', 'b'])
  await results.of('a') // is told before the other one's retry
  assert.equal(cluster.log, 'FindCoordinator@1 DeleteGroups@2')
  await cluster.time.advance(130)
  await results
  assert.equal(cluster.log, 'FindCoordinator@1 DeleteGroups@2 FindCoordinator@1 DeleteGroups@3')
  assert.deepEqual(cluster.asked[3]?.request['groupsNames'], ['b'])
})

test('a broker that does not answer holds up its own groups alone', async () => {
  const cluster = new ScriptedCluster()
  coordinatedBy(cluster, (group) => (group === 'slow' ? 3 : 2))
  let loading = true
  cluster.on(DeleteGroups, (request, { broker }) => {
    if (broker === 3) return new Promise<never>(() => {})
    const code = loading ? errorCode('COORDINATOR_LOAD_IN_PROGRESS') : 0
    loading = false
    return deleted(request, () => code)
  })
  const { admin, held } = scriptedAdmin(cluster)
  const results = admin.deleteConsumerGroups(['slow', 'quick'], { timeoutMs: 5_000 })
  const settled = results.settled()
  await cluster.time.advance(150)
  await results.of('quick')
  assert.equal(held(), 1)
  await cluster.time.advance(5_000)
  const slow = (await settled).get('slow')
  assert(slow?.ok === false && slow.error.code === 'REQUEST_TIMED_OUT')
  assert.equal(held(), 0)
  assert.equal(cluster.time.pendingTimers, 0)
})

test('a disconnected coordinator is looked up again', async () => {
  const cluster = new ScriptedCluster()
  let alive = 2
  coordinatedBy(cluster, () => alive)
  cluster.on(DeleteGroups, (request, { broker }) => {
    alive = 3
    if (broker === 2) throw new KafkaError('NETWORK_EXCEPTION')
    return deleted(request)
  })
  const { admin } = scriptedAdmin(cluster)
  const results = admin.deleteConsumerGroups(['a'])
  await cluster.time.advance(200)
  await results
  assert.equal(cluster.log, 'FindCoordinator@1 DeleteGroups@2 FindCoordinator@1 DeleteGroups@3')
})

const listed = (...groups: readonly string[]): ResponseDraft<typeof ListGroups> => ({
  errorCode: 0,
  groups: groups.map((groupId) => ({ groupId, protocolType: 'consumer', groupState: 'Stable', groupType: 'Classic' })),
})

test('group listed twice (librdkafka #5417): two brokers report it, the list has it once', async () => {
  const cluster = new ScriptedCluster([1, 2])
  cluster.on(ListGroups, (_request, { broker }) => (broker === 1 ? listed('moving', 'one') : listed('two', 'moving')))
  const { admin } = scriptedAdmin(cluster)
  const { groups, errors } = await admin.listGroups()
  assert.deepEqual(groups.map(({ groupId }) => groupId).toSorted(), ['moving', 'one', 'two'])
  assert.deepEqual(errors, [])
  assert.equal(groups[0]?.type, 'classic')
})

test('a broker that cannot be asked is an entry of errors, and the list has the groups of all others', async () => {
  const cluster = new ScriptedCluster([1, 2])
  cluster.on(ListGroups, (_request, { broker }) => {
    if (broker === 2) throw new KafkaError('NETWORK_EXCEPTION', 'connection refused')
    return listed('one')
  })
  const { admin } = scriptedAdmin(cluster)
  const list = admin.listGroups({ timeoutMs: 3_000 })
  await cluster.time.advance(3_000)
  const { groups, errors } = await list
  assert.deepEqual(
    groups.map(({ groupId }) => groupId),
    ['one'],
  )
  assert.equal(errors[0]?.broker, 2)
  assert.equal(errors[0]?.error.code, 'REQUEST_TIMED_OUT')
  assert.match(errors[0]?.error.message ?? '', /listGroups broker 2: .*connection refused/)
})

test('a broker that has left the cluster is not waited for', async () => {
  const cluster = new ScriptedCluster([1, 2])
  cluster.on(ListGroups, (_request, { broker }) => {
    if (broker === 1) return listed('one')
    cluster.setBrokers([1])
    throw new KafkaError('NETWORK_EXCEPTION')
  })
  const { admin } = scriptedAdmin(cluster)
  const list = admin.listGroups()
  await cluster.time.advance(150)
  const { groups, errors } = await list
  assert.equal(groups.length, 1)
  assert.equal(errors[0]?.error.code, 'BROKER_NOT_AVAILABLE')
})

test('a list that old brokers cannot filter is refused, not silently longer', async () => {
  const cluster = new ScriptedCluster([1])
  cluster.on(ListGroups, () => listed('one'), { upTo: 3 })
  const { admin } = scriptedAdmin(cluster)
  assert.equal((await admin.listGroups({ states: ['Empty'] })).errors[0]?.error.code, 'UNSUPPORTED_VERSION')
  assert.equal((await admin.listGroups({ types: ['classic'] })).groups.length, 1)
})

function ledBy(cluster: ScriptedCluster, leaderOf: (partition: number) => number, partitions = 3): void {
  cluster.on(Metadata, ({ topics }) => ({
    brokers: [],
    topics: (topics ?? []).map(({ name }) =>
      name === 'nope'
        ? { errorCode: 3, name, partitions: [] }
        : {
            errorCode: 0,
            name,
            partitions: Array.from({ length: partitions }, (_, partitionIndex) => ({
              errorCode: 0,
              partitionIndex,
              leaderId: leaderOf(partitionIndex),
              replicaNodes: [],
              isrNodes: [],
            })),
          },
    ),
  }))
}

const offsets = ({ topics }: RequestOf<typeof ListOffsets>, code: (partition: number) => number = () => 0) => ({
  topics: topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: code(partitionIndex), offset: partitionIndex * 10 })),
  })),
})

test('offsets are asked of the leaders, and again of the new one when a leader has changed', async () => {
  const cluster = new ScriptedCluster()
  let moved = false
  ledBy(cluster, (partition) => (partition === 1 && moved ? 3 : 2))
  cluster.on(ListOffsets, (request, { broker }) => {
    moved = true
    return offsets(request, (partition) => (partition === 1 && broker === 2 ? errorCode('NOT_LEADER_OR_FOLLOWER') : 0))
  })
  const { admin } = scriptedAdmin(cluster)
  const results = admin.listOffsets([0, 1].map((partition) => ({ topic: 'orders', partition, at: 'latest' })))
  await cluster.time.advance(150)
  assert.equal((await results).get({ topic: 'orders', partition: 1 })?.offset, 10)
  assert.equal(cluster.log, 'Metadata@1 ListOffsets@2 Metadata@1 ListOffsets@3')
})

test('a topic that is not there is told at once by listOffsets, and waited for by deleteRecords', async () => {
  const cluster = new ScriptedCluster()
  ledBy(cluster, () => 2)
  cluster.on(ListOffsets, (request) => offsets(request))
  const { admin } = scriptedAdmin(cluster)
  await assert.rejects(async () => admin.listOffsets([{ topic: 'nope', partition: 0, at: 'latest' }]), {
    code: 'UNKNOWN_TOPIC_OR_PARTITION',
  })
  const deletion = admin.deleteRecords([{ topic: 'nope', partition: 0, beforeOffset: 1 }], { timeoutMs: 2_000 }).settled()
  await cluster.time.advance(2_000)
  const outcome = (await deletion).get({ topic: 'nope', partition: 0 })
  assert(outcome?.ok === false && outcome.error.code === 'REQUEST_TIMED_OUT')
  assert.match(outcome.error.message, /UNKNOWN_TOPIC_OR_PARTITION/)
  assert(outcome.error.cause instanceof KafkaError && outcome.error.cause.code === 'UNKNOWN_TOPIC_OR_PARTITION')
})

test('a question that an old broker cannot answer fails alone', async () => {
  const cluster = new ScriptedCluster()
  ledBy(cluster, () => 2)
  cluster.on(ListOffsets, (request) => offsets(request), { upTo: 5 })
  const { admin } = scriptedAdmin(cluster)
  const settled = await admin
    .listOffsets([
      { topic: 'orders', partition: 0, at: 'maxTimestamp' },
      { topic: 'orders', partition: 1, at: 'earliest' },
    ])
    .settled()
  const [newest, earliest] = settled.values()
  assert(newest?.ok === false && newest.error.code === 'UNSUPPORTED_VERSION')
  assert.match(newest.error.message, /maxTimestamp.*needs 7/)
  assert(earliest?.ok === true)
})
