import { errorName } from '@odradek/protocol'
import { FindCoordinator } from '@odradek/protocol/messages'
import type { CoordinatorKind } from '../../cluster/cluster.ts'
import { errorOf } from '../../errors/error-of.ts'
import { learnBrokers } from './leaders.ts'
import { codes } from './target.ts'
import type { Lookup, Route, Target } from './target.ts'

const keyType = { group: 0, transaction: 1 } as const satisfies Record<CoordinatorKind, number>

const moving = codes('COORDINATOR_LOAD_IN_PROGRESS', 'COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR')

/** The coordinators of groups or transactional ids: one look-up for all where the broker can (FindCoordinator 4, KIP-699), else one each. */
export function coordinators<Key>(kind: CoordinatorKind, idOf: (key: Key) => string): Target<Key> {
  return {
    retries: moving,
    async route(keys, lookup) {
      const byId = Map.groupBy(keys, idOf)
      const found = await find(kind, [...byId.keys()], lookup)
      const routes = routesOf(byId, found)
      await learnBrokers(routes, lookup)
      return routes
    },
  }
}

interface Found {
  readonly key: string
  readonly nodeId: number
  readonly errorCode: number
  readonly errorMessage: string | null
}

async function find(kind: CoordinatorKind, ids: readonly string[], { cluster, signal }: Lookup): Promise<readonly Found[]> {
  const broker = await cluster.anyBroker({ signal })
  const version = await cluster.versionFor(broker, FindCoordinator, { signal })
  if (version >= 4) {
    const request = { keyType: keyType[kind], key: '', coordinatorKeys: ids }
    const { coordinators } = await cluster.call(broker, FindCoordinator, request, { signal, minVersion: 4 })
    return coordinators
  }
  return Promise.all(
    ids.map(async (key) => {
      const request = { keyType: keyType[kind], key }
      const { nodeId, errorCode, errorMessage } = await cluster.call(broker, FindCoordinator, request, { signal, maxVersion: 3 })
      return { key, nodeId, errorCode, errorMessage }
    }),
  )
}

/** Decides whom to ask about each key: those with one coordinator share a request. */
function routesOf<Key>(keysById: ReadonlyMap<string, readonly Key[]>, found: readonly Found[]): readonly Route<Key>[] {
  const byBroker = new Map<number, Key[]>()
  const routes: Route<Key>[] = []
  const byKey = new Map(found.map((coordinator) => [coordinator.key, coordinator]))
  for (const [id, keys] of keysById) {
    const { nodeId, errorCode, errorMessage } = byKey.get(id) ?? missing
    if (errorCode !== 0) routes.push({ error: errorOf(errorCode, errorMessage), keys, again: moving.has(errorName(errorCode)) })
    else byBroker.set(nodeId, [...(byBroker.get(nodeId) ?? []), ...keys])
  }
  for (const [broker, keys] of byBroker) routes.push({ broker, keys })
  return routes
}

const missing: Omit<Found, 'key'> = { nodeId: -1, errorCode: 15, errorMessage: 'the answer to FindCoordinator does not name it' }
