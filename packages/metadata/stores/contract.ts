import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Change, Commit, JsonValue, MetadataStore } from '../store.ts'
import { CompactedError, StaleRevisionError, StoreClosedError } from '../store-errors.ts'

/** A kind of store under test. */
export interface StoreKind {
  readonly name: string
  /** An empty store that keeps at most `keptCommits` commits for its watchers. */
  make(options: { readonly keptCommits: number }): Promise<MetadataStore>
  /** Opens the store anew after it was closed. Undefined for stores that end with their process. */
  readonly reopen?: (closed: MetadataStore) => Promise<MetadataStore>
}

/** What every store promises. Each implementation runs all of it. */
export function storeContract(kind: StoreKind): void {
  const make = (): Promise<MetadataStore> => kind.make({ keptCommits: 64 })
  const { reopen } = kind

  test(`${kind.name}: a commit is read back with its revisions`, async () => {
    await using store = await make()
    assert.deepEqual(await store.readAll(), { revision: 0, entries: [] })
    const first = await store.commit([put('/a', { deep: [1, 'two', null, true] }), put('/b', 'x')])
    const second = await store.commit([put('/b', 'y')])
    assert.ok(second > first)
    assert.deepEqual(await store.read('/a'), {
      key: '/a',
      value: { deep: [1, 'two', null, true] },
      createRevision: first,
      modRevision: first,
    })
    assert.deepEqual(await store.read('/b'), { key: '/b', value: 'y', createRevision: first, modRevision: second })
    assert.equal(await store.read('/c'), undefined)
    const all = await store.readAll()
    assert.equal(all.revision, second)
    assert.deepEqual(all.entries.map(({ key }) => key).toSorted(), ['/a', '/b'])
  })

  test(`${kind.name}: a key that is deleted and made again has a new create revision`, async () => {
    await using store = await make()
    await store.commit([put('/a', 1)])
    await store.commit([remove('/a')])
    assert.equal(await store.read('/a'), undefined)
    const revision = await store.commit([put('/a', 2)])
    assert.equal((await store.read('/a'))?.createRevision, revision)
  })

  test(`${kind.name}: a commit that expected something else changes nothing at all`, async () => {
    await using store = await make()
    const revision = await store.commit([put('/a', 1)])
    for (const changes of [
      [put('/b', 1), { ...put('/a', 2), expected: revision + 7 }],
      [put('/b', 1), { ...put('/a', 2), expected: 0 }],
      [put('/b', 1), { ...put('/c', 2), expected: revision }],
      [put('/b', 1), { ...remove('/a'), expected: revision - 1 }],
    ]) {
      await assert.rejects(store.commit(changes), StaleRevisionError)
    }
    assert.equal((await store.readAll()).revision, revision)
    assert.equal(await store.read('/b'), undefined)
    await store.commit([
      { ...put('/a', 2), expected: revision },
      { ...put('/b', 1), expected: 0 },
    ])
    assert.equal((await store.read('/a'))?.value, 2)
  })

  test(`${kind.name}: of commits that expect the same revision, made at once, one wins`, async () => {
    await using store = await make()
    const revision = await store.commit([put('/a', 0)])
    const results = await Promise.allSettled([1, 2, 3].map((value) => store.commit([{ ...put('/a', value), expected: revision }])))
    assert.deepEqual(results.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected', 'rejected'])
    const winner = results.findIndex(({ status }) => status === 'fulfilled')
    assert.equal((await store.read('/a'))?.value, winner + 1)
  })

  test(`${kind.name}: a guard holds or nothing is written`, async () => {
    await using store = await make()
    const epoch = await store.commit([put('/controller', 1)])
    const later = await store.commit([put('/controller', 1)])
    await store.commit(
      [put('/a', 1)],
      [
        { key: '/controller', createRevision: epoch },
        { key: '/none', createRevision: 0 },
      ],
    )
    await assert.rejects(store.commit([put('/a', 2)], [{ key: '/controller', createRevision: later }]), StaleRevisionError)
    await assert.rejects(store.commit([put('/a', 2)], [{ key: '/controller', createRevision: 0 }]), StaleRevisionError)
    await assert.rejects(store.commit([put('/a', 2)], [{ key: '/none', createRevision: epoch }]), StaleRevisionError)
    assert.equal((await store.read('/a'))?.value, 1)
  })

  test(`${kind.name}: a commit without changes checks its guards and leaves the revision as it is`, async () => {
    await using store = await make()
    const revision = await store.commit([put('/a', 1)])
    assert.equal(await store.commit([]), revision)
    await assert.rejects(store.commit([], [{ key: '/b', createRevision: 1 }]), StaleRevisionError)
    assert.equal((await store.readAll()).revision, revision)
  })

  test(`${kind.name}: one commit cannot change a key twice`, async () => {
    await using store = await make()
    await assert.rejects(store.commit([put('/a', 1), put('/a', 2)]), TypeError)
  })

  test(`${kind.name}: a watcher sees every commit after its revision, in order, and then those that come`, async () => {
    await using store = await make()
    const from = await store.commit([put('/a', 1)])
    await store.commit([put('/a', 2), put('/b', 1)])
    const stop = new AbortController()
    const seen: Commit[] = []
    const watching = (async () => {
      for await (const commit of store.watch(from, stop.signal)) {
        seen.push(commit)
        if (seen.length === 3) stop.abort()
      }
    })()
    await store.commit([remove('/a')])
    await store.commit([put('/a', 3)])
    await watching
    assert.deepEqual(
      seen.map(({ changes }) => changes.map(({ key, value }) => [key, value?.value])),
      [
        [
          ['/a', 2],
          ['/b', 1],
        ],
        [['/a', undefined]],
        [['/a', 3]],
      ],
    )
    assert.equal(seen[2]?.changes[0]?.value?.createRevision, seen[2]?.revision)
  })

  test(`${kind.name}: a watcher ends when it is told to, and when the store closes`, async () => {
    const store = await make()
    const told = new AbortController()
    const ends = [told.signal, new AbortController().signal].map((signal) => collect(store.watch(0, signal)))
    told.abort()
    assert.deepEqual(await ends[0], [])
    await store[Symbol.asyncDispose]()
    assert.deepEqual(await ends[1], [])
    await assert.rejects(store.commit([put('/a', 1)]), StoreClosedError)
  })

  test(`${kind.name}: a watcher that asks for commits long gone is told to read anew`, async () => {
    await using store = await kind.make({ keptCommits: 2 })
    for (let i = 0; i < 20; i++) await store.commit([put('/a', i)])
    await assert.rejects(collect(store.watch(1, new AbortController().signal)), CompactedError)
  })

  test(`${kind.name}: any sequence of commits leaves what a plain map would hold`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyCommit, { maxLength: 30 }), async (commits) => {
        let store = await make()
        const model = new Map<string, JsonValue>()
        for (const changes of commits) {
          await store.commit(changes)
          for (const { key, value } of changes) {
            if (value === undefined) model.delete(key)
            else model.set(key, value)
          }
        }
        if (reopen !== undefined) {
          await store[Symbol.asyncDispose]()
          store = await reopen(store)
        }
        const { entries } = await store.readAll()
        assert.deepEqual(new Map(entries.map(({ key, value }) => [key, value])), model)
        await store[Symbol.asyncDispose]()
      }),
      { numRuns: 50 },
    )
  })

  if (reopen === undefined) return

  test(`${kind.name}: keys and revisions are there again after a restart`, async () => {
    const store = await make()
    await store.commit([put('/a', 1), put('/b', { 'ü "\n': [] })])
    await store.commit([put('/a', 2)])
    const before = await store.readAll()
    await store[Symbol.asyncDispose]()
    await using again = await reopen(store)
    assert.deepEqual(await again.readAll(), before)
    assert.ok((await again.commit([put('/c', 1)])) > before.revision)
  })

  test(`${kind.name}: an ephemeral key does not outlive its session, and is new when it is written again`, async () => {
    const store = await make()
    const first = await store.commit([{ ...put('/brokers/1', 'here'), ephemeral: true }, put('/kept', 1)])
    await store[Symbol.asyncDispose]()
    await using again = await reopen(store)
    assert.equal(await again.read('/brokers/1'), undefined)
    assert.equal((await again.read('/kept'))?.value, 1)
    const second = await again.commit([{ ...put('/brokers/1', 'here'), expected: 0, ephemeral: true }])
    assert.ok(((await again.read('/brokers/1'))?.createRevision ?? 0) > first)
    assert.equal((await again.read('/brokers/1'))?.createRevision, second)
  })
}

export function put(key: string, value: JsonValue): Change {
  return { key, value }
}

export function remove(key: string): Change {
  return { key, value: undefined }
}

const anyCommit: fc.Arbitrary<readonly Change[]> = fc
  .dictionary(fc.constantFrom('/a', '/b', '/c/d', '/ö'), fc.option(fc.json({ maxDepth: 2 }), { nil: undefined }), { minKeys: 1 })
  .map((values) => Object.entries(values).map(([key, json]) => ({ key, value: json === undefined ? undefined : JSON.parse(json) })))

async function collect(commits: AsyncIterable<Commit>): Promise<readonly Commit[]> {
  const list: Commit[] = []
  for await (const commit of commits) list.push(commit)
  return list
}
