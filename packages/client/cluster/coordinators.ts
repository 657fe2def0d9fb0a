import type { FindCoordinator } from '@odradek/protocol/messages'
import type { ResponseOf, WriteOf } from '@odradek/protocol/schema'
import { errorOf } from '../errors/index.ts'
import type { CoordinatorKind } from './cluster.ts'
import type { BrokerNode } from './metadata.ts'

/** Which broker coordinates what, as far as is known. */
export class Coordinators {
  readonly #known = new Map<string, number>()
  readonly #lookUps = new Map<string, Promise<number>>()

  known(kind: CoordinatorKind, key: string): number | undefined {
    return this.#known.get(`${kind} ${key}`)
  }

  forget(kind: CoordinatorKind, key: string): void {
    this.#known.delete(`${kind} ${key}`)
  }

  clear(): void {
    this.#known.clear()
  }

  /** One look-up, shared by all who want the same at this time. */
  lookUp(kind: CoordinatorKind, key: string, ask: () => Promise<number>): Promise<number> {
    const name = `${kind} ${key}`
    const underWay = this.#lookUps.get(name)
    if (underWay !== undefined) return underWay
    const lookUp = ask()
      .then((broker) => {
        this.#known.set(name, broker)
        return broker
      })
      .finally(() => this.#lookUps.delete(name))
    this.#lookUps.set(name, lookUp)
    return lookUp
  }
}

/** The question in the form of its version: one key up to 3, a list from 4 on. */
export function coordinatorQuestion(kind: CoordinatorKind, key: string, version: number): WriteOf<(typeof FindCoordinator)['request']> {
  const keyType = kind === 'group' ? 0 : 1
  return version >= firstWithKeys ? { key: '', keyType, coordinatorKeys: [key] } : { key, ...(version === 0 ? {} : { keyType }) }
}

/** The coordinator that an answer names. Throws its error. */
export function coordinatorOf(answer: ResponseOf<typeof FindCoordinator>, kind: CoordinatorKind, key: string): BrokerNode {
  const found = answer.coordinators[0] ?? answer
  if (found.errorCode !== 0) throw errorOf(found.errorCode, found.errorMessage ?? `the coordinator of ${kind} ${key}`)
  return { id: found.nodeId, host: found.host, port: found.port, rack: undefined }
}

const firstWithKeys = 4
