import type { ErrorName, KafkaError } from '@odradek/protocol'
import type { Api, Fields, ReadOf, WriteOf } from '@odradek/protocol/schema'
import type { Cluster } from '../../cluster/cluster.ts'

/** Who is to be asked about the items of an operation. */
export interface Target<Key> {
  /** Codes of single items that say no more than "ask again", perhaps somebody else. */
  readonly retries: ReadonlySet<ErrorName>
  /** Finds out whom to ask. Asks the cluster anew each time, so an item that is retried has forgotten where it was before. */
  route(keys: readonly Key[], lookup: Lookup): Promise<readonly Route<Key>[]>
  /** An attempt failed in a way that says that the target may be another by now. */
  forget?(lookup: Lookup): void
}

export type Route<Key> =
  | { readonly broker: number; readonly keys: readonly Key[] }
  /** Nobody can be asked about these: at the moment (`again`), or for good. */
  | { readonly error: KafkaError; readonly keys: readonly Key[]; readonly again: boolean }

/** What a target may do to find out. */
export interface Lookup {
  readonly cluster: Cluster
  readonly signal: AbortSignal
  /** Asks any broker. */
  ask<Q extends Fields, S extends Fields>(api: Api<Q, S>, request: WriteOf<Q> | ((version: number) => WriteOf<Q>)): Promise<ReadOf<S>>
}

/** One request a broker: the items that share one. */
export function together<Key>(keys: readonly Key[], brokerOf: (key: Key) => number | undefined): readonly Route<Key>[] {
  return [...Map.groupBy(keys, brokerOf)].flatMap(([broker, ofBroker]) => (broker === undefined ? [] : [{ broker, keys: ofBroker }]))
}

export const codes = (...names: readonly ErrorName[]): ReadonlySet<ErrorName> => new Set(names)
