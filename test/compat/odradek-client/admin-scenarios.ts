import assert from 'node:assert/strict'
import { KafkaError } from '@odradek/client'
import type { Admin, Outcome, PartitionInfo, ScramCredentialInfo } from '@odradek/client'
import type { Place } from './place.ts'
import { bytes, fill, take, until } from './reading.ts'
import { scenario } from './scenario.ts'
import type { Theme } from './scenario.ts'

/** How one item went, in a word: `ok`, or the code of its error. */
const wordOf = (outcome: Outcome<unknown> | undefined): string =>
  outcome?.ok === false ? outcome.error.code : outcome === undefined ? 'missing' : 'ok'

/** A broker hears of a change a moment after the controller has made it, so what was just made is waited for. */
async function firstPartition(at: Place, admin: Admin, topic: string): Promise<PartitionInfo> {
  let found: PartitionInfo | undefined
  await until(at, `${topic} is known and led`, async () => {
    const outcome = (await admin.describeTopics([topic]).settled()).get(topic)
    found = outcome?.ok === true ? outcome.value.partitions[0] : undefined
    return found?.leader !== undefined
  })
  assert(found !== undefined)
  return found
}

/** What operators do, beside topics, settings and groups. */
export const operating: Theme = {
  theme: 'operating',
  scenarios: [
    scenario('topics are described page by page, and described and deleted by id', async (at) => {
      await using admin = at.admin()
      const [wide, narrow] = [at.name('wide'), at.name('narrow')]
      const made = await admin.createTopics([at.newTopic(wide, 7), at.newTopic(narrow)])
      await firstPartition(at, admin, narrow)
      await firstPartition(at, admin, wide)
      const paged = await admin.describeTopics([wide, narrow], { partitionSizeLimitPerResponse: 3 })
      assert.deepEqual(
        paged.get(wide)?.partitions.map(({ partition }) => partition),
        [0, 1, 2, 3, 4, 5, 6],
      )
      const ids = [wide, narrow].map((name) => made.get(name)?.topicId ?? '')
      if (!at.has('topics by id')) {
        await admin.deleteTopics([wide, narrow])
        await assert.rejects(async () => admin.describeTopics({ topicIds: ids }), { code: 'UNSUPPORTED_VERSION' })
        return
      }
      const byId = await admin.describeTopics({ topicIds: ids })
      assert.deepEqual(
        [...byId.values()].map(({ name }) => name),
        [wide, narrow],
      )
      await admin.deleteTopics({ topicIds: ids })
      // A broker hears of a change a moment after the controller has made it.
      await until(at, 'both topics are gone', async () => {
        const gone = await admin.describeTopics({ topicIds: ids }).settled()
        return [...gone.values()].every((outcome) => wordOf(outcome) === 'UNKNOWN_TOPIC_ID')
      })
    }),

    scenario('offsets are found by time, and by the largest timestamp', async (at) => {
      await using admin = at.admin()
      await using producer = at.producer()
      const topic = await at.topic('times')
      const place = { topic, partition: 0 }
      for (const timestamp of [1_000, 5_000, 3_000]) await producer.send(topic, { value: bytes('x'), partition: 0, timestamp })
      const find = async (when: Parameters<typeof admin.listOffsets>[0][number]['at']): Promise<readonly [number, number]> => {
        const { offset, timestamp } = await admin.listOffsets([{ ...place, at: when }]).of(place)
        return [offset, timestamp]
      }
      assert.deepEqual(await find({ timestamp: 2_000 }), [1, 5_000])
      assert.deepEqual(await find({ timestamp: 6_000 }), [-1, -1])
      await at.where('offset of the largest timestamp', async () => assert.deepEqual(await find('maxTimestamp'), [1, 5_000]))
      await at.where('earliest local offset', async () => assert.deepEqual(await find('earliestLocal'), [0, -1]))
      const missing = await admin.listOffsets([{ topic, partition: 8, at: 'latest' }]).settled()
      assert.equal(wordOf(missing.get({ topic, partition: 8 })), 'UNKNOWN_TOPIC_OR_PARTITION')
    }),

    scenario('brokers, their settings, disks and features are described', async (at) => {
      await using admin = at.admin()
      const topic = await at.topic('described')
      await fill(at, topic, 3)
      const { brokers } = await admin.describeCluster({ includeAuthorizedOperations: true })
      const { leader = -1 } = await firstPartition(at, admin, topic)
      assert.ok(brokers.some(({ id }) => id === leader))
      const own = { type: 'BROKER', name: String(leader) } as const
      const settings = await admin.describeConfigs([own], { includeDocumentation: true }).of(own)
      assert.ok((settings.get('log.retention.hours') ?? settings.get('log.retention.ms')) !== undefined)
      await at.where('list of brokers with settings', async () =>
        assert.ok((await admin.listConfigResources(['BROKER'])).some(({ name }) => name === String(leader))),
      )
      await at.where('list of client metrics', async () => assert.ok(Array.isArray(await admin.listClientMetricsResources())))

      const place = { topic, partition: 0 }
      const dirs = await admin.describeLogDirs([leader]).of(leader)
      const holding = [...dirs].find(([, { replicas }]) => replicas.has(place))
      assert.ok((holding?.[1].replicas.get(place)?.sizeBytes ?? 0) > 0)
      const replica = { ...place, broker: leader }
      assert.equal((await admin.describeReplicaLogDirs([replica]).of(replica)).currentLogDir, holding?.[0])

      const { topicId } = await admin.describeTopics([topic]).of(topic)
      const held = { ...replica, topicId, fetchOffset: 0 }
      const { batches, highWatermark } = await admin.describeReplicaBatches([held]).of(held)
      assert.equal(batches.at(-1)?.lastOffset, highWatermark - 1)

      const { finalizedFeatures, supportedFeatures } = await admin.describeFeatures({ brokerId: leader })
      for (const [name, { max }] of finalizedFeatures) assert.ok((supportedFeatures.get(name)?.max ?? 0) >= max, name)
      await at.where('changes of features', async () => {
        const change = { feature: 'metadata.version', maxVersionLevel: 9_999 } as const
        await assert.rejects(
          async () => admin.updateFeatures([change], { validateOnly: true }),
          // The broker that does not know the API is not one that refuses the level.
          (error: unknown) => {
            assert(error instanceof KafkaError)
            if (error.code === 'UNSUPPORTED_VERSION') throw error
            assert.equal(error.code, 'INVALID_UPDATE_VERSION')
            return true
          },
        )
      })
    }),

    scenario(
      'a leader that is the right one already needs no election',
      async (at) => {
        await using admin = at.admin()
        const topic = await at.topic('elected')
        const place = { topic, partition: 0 }
        const settled = await admin.electLeaders('PREFERRED', [place, { topic, partition: 5 }]).settled()
        assert.equal(wordOf(settled.get(place)), 'ELECTION_NOT_NEEDED')
        assert.equal(wordOf(settled.get({ topic, partition: 5 })), 'UNKNOWN_TOPIC_OR_PARTITION')
      },
      'elections of leaders',
    ),

    scenario(
      'the producers that a partition remembers are described',
      async (at) => {
        await using admin = at.admin()
        const topic = await at.topic('producers')
        await fill(at, topic, 3)
        const producers = await admin.describeProducers([{ topic, partition: 0 }]).of({ topic, partition: 0 })
        assert.equal(producers.length, 1)
        assert.equal(producers[0]?.currentTransactionStartOffset, undefined)
      },
      'producers of a partition',
    ),

    scenario('groups are listed by state and type, and classic ones described', async (at) => {
      await using admin = at.admin()
      const topic = await at.topic('listed')
      const groupId = at.name('group')
      await admin.alterConsumerGroupOffsets(groupId, [{ topic, partition: 0, offset: 0 }])
      const isListed = async (options: Parameters<typeof admin.listGroups>[0]): Promise<boolean> => {
        const { groups, errors } = await admin.listGroups(options)
        for (const { error } of errors) throw error
        return groups.some((group) => group.groupId === groupId)
      }
      assert.equal(await isListed({}), true)
      await at.where('groups by state', async () => {
        assert.equal(await isListed({ states: ['Empty'], types: ['classic'] }), true)
        assert.equal(await isListed({ states: ['Stable'], types: ['classic'] }), false)
      })
      assert.ok((await admin.listConsumerGroups()).groups.some((group) => group.groupId === groupId))
      const described = await admin.describeClassicGroups([groupId], { includeAuthorizedOperations: true }).of(groupId)
      assert.deepEqual([described.state, described.isSimpleConsumerGroup], ['Empty', true])
      const offsets = await admin.listConsumerGroupOffsets([groupId, { groupId: at.name('none'), partitions: [{ topic, partition: 0 }] }], {
        requireStable: true,
      })
      assert.deepEqual(
        [...offsets.values()].map((of) => of.get({ topic, partition: 0 })?.offset),
        [0, undefined],
      )
      const missing = at.name('missing')
      const nobody = (await admin.describeConsumerGroups([missing]).settled()).get(missing)
      // Before 4.0 a group that is not there is described as one that is dead.
      if (at.has('groups that are not there')) assert.equal(wordOf(nobody), 'GROUP_ID_NOT_FOUND')
      else assert.equal(nobody?.ok === true && nobody.value.state, 'Dead')
    }),

    scenario(
      'a group of the new protocol is described with its epochs',
      async (at) => {
        await using admin = at.admin()
        const topic = await at.topic('kip-848', 2)
        await fill(at, topic, 1)
        const groupId = at.name('group')
        await using consumer = at.consumer({ groupId, groupProtocol: 'consumer' })
        consumer.subscribe([topic])
        await take(at, consumer, 1)
        const described = await admin.describeConsumerGroups([groupId]).of(groupId)
        assert.deepEqual([described.type, described.state, described.members[0]?.assignment.length], ['consumer', 'Stable', 2])
        assert.ok((described.groupEpoch ?? 0) > 0)
        await assert.rejects(async () => admin.alterConsumerGroupOffsets(groupId, [{ topic, partition: 0, offset: 0 }]), {
          code: 'UNKNOWN_MEMBER_ID',
          message: /stop its members first/,
        })
      },
      'KIP-848 groups',
    ),

    scenario(
      'moves of partitions are begun, listed and called off',
      async (at) => {
        await using admin = at.admin()
        const topic = await at.topic('moved')
        const place = { topic, partition: 0 }
        const { replicas } = await firstPartition(at, admin, topic)
        await admin.alterPartitionReassignments([{ ...place, replicas }])
        assert.equal((await admin.listPartitionReassignments([place])).size, 0)
        const settled = await admin
          .alterPartitionReassignments([
            { ...place, replicas: null },
            { topic, partition: 9, replicas },
          ])
          .settled()
        assert.equal(wordOf(settled.get(place)), 'NO_REASSIGNMENT_IN_PROGRESS')
        assert.equal(wordOf(settled.get({ topic, partition: 9 })), 'UNKNOWN_TOPIC_OR_PARTITION')
        await assert.rejects(async () => admin.alterPartitionReassignments([{ ...place, replicas: [9_999] }]), {
          code: 'INVALID_REPLICA_ASSIGNMENT',
        })
      },
      'reassignments',
    ),

    scenario(
      'a move to a directory that is not there is refused by the broker that has the replica',
      async (at) => {
        await using admin = at.admin()
        const topic = await at.topic('dirs')
        const { leader = -1 } = await firstPartition(at, admin, topic)
        const replica = { topic, partition: 0, broker: leader }
        const settled = await admin.alterReplicaLogDirs([{ ...replica, logDir: '/there/is/none' }]).settled()
        assert.equal(wordOf(settled.get(replica)), 'LOG_DIR_NOT_FOUND')
      },
      'log directory moves',
    ),

    scenario(
      'a transaction is listed, described, and ended over the head of its producer',
      async (at) => {
        await using admin = at.admin()
        const topic = await at.topic('transaction')
        const place = { topic, partition: 0 }
        const transactionalId = at.name('transactional')
        await using producer = at.kafka.producer({ transactionalId })
        await producer.initTransactions()
        producer.beginTransaction()
        await producer.send(topic, { value: bytes('open'), partition: 0 })
        const { transactions, errors } = await admin.listTransactions({ states: ['Ongoing'] })
        assert.deepEqual(errors, [])
        assert.ok(transactions.some((transaction) => transaction.transactionalId === transactionalId))
        const described = await admin.describeTransactions([transactionalId]).of(transactionalId)
        assert.deepEqual([described.state, described.partitions], ['Ongoing', [place]])
        const [active] = await admin.describeProducers([place]).of(place)
        assert.equal(active?.currentTransactionStartOffset, 0)
        await admin.forceTerminateTransaction(transactionalId)
        await assert.rejects(producer.commitTransaction(), KafkaError)
        const fenced = await admin.fenceProducers([transactionalId]).of(transactionalId)
        assert.ok(fenced.producerId >= 0)
        const nowhere = at.name('nowhere')
        assert.equal(wordOf((await admin.describeTransactions([nowhere]).settled()).get(nowhere)), 'TRANSACTIONAL_ID_NOT_FOUND')
        await producer.close({ timeoutMs: 0 }).catch(() => undefined)
      },
      'transactions',
      'listing of transactions',
    ),

    scenario(
      'a transaction that hangs in a partition is aborted there',
      async (at) => {
        await using admin = at.admin()
        const topic = await at.topic('hanging')
        const place = { topic, partition: 0 }
        await using producer = at.transactional()
        await producer.initTransactions()
        producer.beginTransaction()
        await producer.send(topic, { value: bytes('open'), partition: 0 })
        const [hanging] = await admin.describeProducers([place]).of(place)
        assert.ok(hanging?.currentTransactionStartOffset !== undefined)
        const { producerId, producerEpoch, coordinatorEpoch = 0 } = hanging
        // A tool bumps the epoch, as a coordinator does, so that late writes of the producer are refused.
        await admin.abortTransaction({ ...place, producerId, producerEpoch: producerEpoch + 1, coordinatorEpoch })
        const [after] = await admin.describeProducers([place]).of(place)
        assert.equal(after?.currentTransactionStartOffset, undefined)
        await producer.abortTransaction().catch(() => undefined)
      },
      'transactions',
      'listing of transactions',
    ),

    scenario(
      'quotas are set, found by filter, and removed',
      async (at) => {
        await using admin = at.admin()
        const [user, client] = [at.name('user'), at.name('client')]
        const both = { user, 'client-id': client }
        await admin.alterClientQuotas([{ entity: both, ops: { producer_byte_rate: 1_000_000, consumer_byte_rate: 2_000_000 } }])
        const filter = {
          components: [
            { entityType: 'user', match: { name: user } },
            { entityType: 'client-id', match: { name: client } },
          ],
          strict: true,
        }
        await until(at, 'the quota is found', async () => {
          const found = await admin.describeClientQuotas(filter)
          return found.get({ 'client-id': client, user })?.get('producer_byte_rate') === 1_000_000
        })
        await admin.alterClientQuotas([{ entity: both, ops: { producer_byte_rate: null, consumer_byte_rate: null } }], {
          validateOnly: true,
        })
        assert.equal((await admin.describeClientQuotas(filter)).size, 1)
        const settled = await admin
          .alterClientQuotas([
            { entity: both, ops: { producer_byte_rate: null, consumer_byte_rate: null } },
            { entity: { user }, ops: { no_such_rate: 1 } },
          ])
          .settled()
        assert.deepEqual([...settled.values()].map(wordOf), ['ok', 'INVALID_REQUEST'])
        await until(at, 'the quota is gone', async () => (await admin.describeClientQuotas(filter)).size === 0)
      },
      'client quotas',
    ),

    scenario(
      'passwords for SCRAM are set, listed without themselves, and deleted',
      async (at) => {
        await using admin = at.admin()
        const [alice, nobody] = [at.name('alice'), at.name('nobody')]
        await admin.alterUserScramCredentials([{ user: alice, mechanism: 'SCRAM-SHA-256', password: 'secret' }])
        await admin.alterUserScramCredentials([{ user: alice, mechanism: 'SCRAM-SHA-512', password: 'secret', iterations: 8192 }])
        const known = async (): Promise<readonly ScramCredentialInfo[]> => {
          const outcome = (await admin.describeUserScramCredentials([alice]).settled()).get(alice)
          return outcome?.ok === true ? outcome.value : []
        }
        await until(at, 'both passwords are known', async () => (await known()).length === 2)
        assert.deepEqual(
          (await known()).toSorted((one, other) => one.iterations - other.iterations),
          [
            { mechanism: 'SCRAM-SHA-256', iterations: 4096 },
            { mechanism: 'SCRAM-SHA-512', iterations: 8192 },
          ],
        )
        const described = await admin.describeUserScramCredentials([alice, nobody]).settled()
        assert.equal(wordOf(described.get(nobody)), 'RESOURCE_NOT_FOUND')
        assert.ok((await admin.describeUserScramCredentials()).has(alice))
        await admin.alterUserScramCredentials([{ user: alice, mechanism: 'SCRAM-SHA-256', delete: true }])
        await admin.alterUserScramCredentials([{ user: alice, mechanism: 'SCRAM-SHA-512', delete: true }])
        await assert.rejects(async () => admin.alterUserScramCredentials([{ user: alice, mechanism: 'SCRAM-SHA-256', delete: true }]), {
          code: 'RESOURCE_NOT_FOUND',
        })
        await assert.rejects(
          async () => admin.alterUserScramCredentials([{ user: alice, mechanism: 'SCRAM-SHA-256', password: 'x', iterations: 1 }]),
          { code: 'UNACCEPTABLE_CREDENTIAL' },
        )
      },
      'SCRAM credentials',
    ),

    scenario(
      'ACLs are made, found and deleted, or the broker says that it has none',
      async (at) => {
        await using admin = at.admin()
        const [alice, prefix] = [`User:${at.name('alice')}`, at.name('prefix')]
        const rule = {
          resourceType: 'TOPIC',
          resourceName: prefix,
          patternType: 'PREFIXED',
          principal: alice,
          host: '*',
          operation: 'READ',
          permissionType: 'ALLOW',
        } as const
        const group = { ...rule, resourceType: 'GROUP', resourceName: '*', patternType: 'LITERAL' } as const
        const made = await admin.createAcls([rule, group]).settled()
        if (wordOf(made.get(rule)) === 'SECURITY_DISABLED') {
          await assert.rejects(admin.describeAcls(), { code: 'SECURITY_DISABLED', message: /authorizer.class.name/ })
          return
        }
        assert.deepEqual([...made.values()].map(wordOf), ['ok', 'ok'])
        await until(at, 'both rules are found', async () => (await admin.describeAcls({ principal: alice })).length === 2)
        assert.deepEqual(
          await admin.describeAcls({ resourceType: 'TOPIC', resourceName: `${prefix}-orders`, patternType: 'MATCH', principal: alice }),
          [rule],
        )
        const filter = { principal: alice, resourceType: 'TOPIC' } as const
        const deleted = await admin.deleteAcls([filter, { principal: `${alice}-nobody` }])
        assert.deepEqual(deleted.get(filter), [{ binding: rule, error: undefined }])
        assert.deepEqual(deleted.get({ principal: `${alice}-nobody` }), [])
        await admin.deleteAcls([{ principal: alice }])
        await until(at, 'no rule is found', async () => (await admin.describeAcls({ principal: alice })).length === 0)
      },
      'ACLs',
    ),

    scenario(
      'delegation tokens live from their making to their end, or are refused for a connection without a name',
      async (at) => {
        await using admin = at.admin()
        const refused = (error: unknown): boolean =>
          error instanceof KafkaError && ['DELEGATION_TOKEN_REQUEST_NOT_ALLOWED', 'DELEGATION_TOKEN_AUTH_DISABLED'].includes(error.code)
        try {
          const token = await admin.createDelegationToken({ maxLifetimeMs: 3_600_000 })
          assert.ok((await admin.describeDelegationToken()).some(({ tokenId }) => tokenId === token.tokenId))
          assert.ok((await admin.renewDelegationToken(token.hmac, { renewTimePeriodMs: 60_000 })) <= token.maxTimestamp)
          await admin.expireDelegationToken(token.hmac)
        } catch (error) {
          if (!refused(error)) throw error
          await assert.rejects(admin.describeDelegationToken(), refused)
          await assert.rejects(admin.renewDelegationToken(bytes('no token')), refused)
          await assert.rejects(admin.expireDelegationToken(bytes('no token')), refused)
        }
      },
      'delegation tokens',
    ),

    scenario(
      'the metadata quorum is described, and refuses to lose a voter that it does not have',
      async (at) => {
        await using admin = at.admin()
        const { leaderId, voters, nodes } = await admin.describeMetadataQuorum()
        assert.ok(voters.some(({ replicaId }) => replicaId === leaderId))
        assert.ok(nodes.has(leaderId))
        await assert.rejects(admin.removeRaftVoter(7_777, 'AAECAwQFBgcICQoLDA0ODw'), (error) => error instanceof KafkaError)
        await assert.rejects(
          admin.addRaftVoter(7_777, 'AAECAwQFBgcICQoLDA0ODw', [{ listener: 'CONTROLLER', host: '127.0.0.1', port: 1 }], {
            timeoutMs: 15_000,
          }),
          (error) => error instanceof KafkaError,
        )
      },
      'metadata quorum',
      'raft voters',
    ),

    scenario(
      'a broker that was never there cannot be struck off',
      async (at) => {
        await using admin = at.admin()
        await assert.rejects(admin.unregisterBroker(4_711), { code: 'BROKER_ID_NOT_REGISTERED' })
      },
      'removing brokers',
    ),

    scenario(
      'offsets of a share group are set, listed and deleted, and the group with them',
      async (at) => {
        await using admin = at.admin()
        const topic = await at.topic('shared')
        await fill(at, topic, 5)
        const place = { topic, partition: 0 }
        const groupId = at.name('share')
        await admin.alterShareGroupOffsets(groupId, [{ ...place, offset: 3 }])
        const described = await admin.describeShareGroups([groupId]).of(groupId)
        assert.deepEqual([described.state, described.members], ['Empty', []])
        assert.equal((await admin.listShareGroupOffsets([groupId]).of(groupId)).get(place)?.startOffset, 3)
        assert.ok((await admin.listGroups({ types: ['share'] })).groups.some((group) => group.groupId === groupId))
        await admin.deleteShareGroupOffsets(groupId, [topic])
        assert.equal((await admin.listShareGroupOffsets([groupId]).of(groupId)).get(place), undefined)
        await admin.deleteShareGroups([groupId])
        await assert.rejects(async () => admin.describeShareGroups([groupId]), { code: 'GROUP_ID_NOT_FOUND' })
      },
      'share groups',
    ),

    scenario(
      'a streams group that is not there is not found, and its offsets are those of any group',
      async (at) => {
        await using admin = at.admin()
        const topic = await at.topic('streams')
        const place = { topic, partition: 0 }
        const groupId = at.name('streams')
        await assert.rejects(async () => admin.describeStreamsGroups([groupId]), { code: 'GROUP_ID_NOT_FOUND' })
        await admin.alterStreamsGroupOffsets(groupId, [{ ...place, offset: 1 }])
        assert.equal((await admin.listStreamsGroupOffsets([groupId]).of(groupId)).get(place)?.offset, 1)
        await admin.deleteStreamsGroupOffsets(groupId, [place])
        await admin.deleteStreamsGroups([groupId])
      },
      'streams groups',
    ),
  ],
}
