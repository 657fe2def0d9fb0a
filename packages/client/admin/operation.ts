import type { ErrorName } from '@odradek/protocol'
import type { Api, Fields, ReadOf, WriteOf } from '@odradek/protocol/schema'
import type { CallOptions } from '../cluster/cluster.ts'
import type { BrokerNode } from '../cluster/metadata.ts'
import type { Target } from './targets/target.ts'

/**
 * An operation of the admin, as data: who is asked, what about, and what an answer means for each of its items.
 *
 * Whoever runs it (`runner.ts`) does everything that all of them have in common: batches, retries, deadlines, downgrades.
 */
export interface Operation<Key, Value> {
  /** The method's name; error messages begin with it. */
  readonly name: string
  readonly target: Target<Key>
  /** Codes of single items after which these are asked for again, beside those that the target knows. */
  readonly retries?: ReadonlySet<ErrorName>
  /** The request has place for one item only. */
  readonly oneByOne?: boolean
  /** What to do about an error, where this operation knows more than the general table. */
  readonly hints?: Partial<Record<ErrorName, string>>
  /** Controllers answer it, too, over `bootstrap.controllers` (KIP-919). */
  readonly byControllers?: boolean
  /** What to do instead when a broker is too old, or for items of which the answer says so. Does not count as an attempt. */
  readonly otherwise?: Operation<Key, Value>
  /** Asks one broker about some items. Rejects when there is no answer to speak of: each item is then retried if the error is. */
  ask(broker: AskedBroker, keys: readonly Key[]): Promise<Verdicts<Key, Value>>
}

/** The broker that an operation is asking, within the time that the call has left. */
export interface AskedBroker {
  readonly id: number
  readonly node: BrokerNode
  /** What requests with a time-out of their own are given: the smaller of `request.timeout.ms` and what is left of the call. */
  readonly timeoutMs: number
  call<Q extends Fields, S extends Fields>(
    api: Api<Q, S>,
    request: WriteOf<Q> | ((version: number) => WriteOf<Q>),
    options?: Pick<CallOptions, 'minVersion' | 'maxVersion'>,
  ): Promise<ReadOf<S>>
  versionFor(api: Api): Promise<number>
}

/** What an answer says about one item. */
export type Verdict<Value> =
  | { readonly value: Value }
  /** An error code, with what was said of it, by the broker or by us; `afterMs` is how long it wants to be left alone. */
  | { readonly code: number; readonly said?: string | null; readonly brokerMessage?: string | undefined; readonly afterMs?: number }
  /** Ask for it the other way. */
  | 'otherwise'

export type Verdicts<Key, Value> = Iterable<readonly [Key, Verdict<Value>]>

/** How a broker is asked, for the usual case of one request and one answer. */
export interface Question<Key, Value, Q extends Fields, S extends Fields> {
  readonly api: Api<Q, S>
  readonly minVersion?: number
  readonly maxVersion?: number
  request(keys: readonly Key[], how: { readonly version: number; readonly timeoutMs: number }): WriteOf<Q>
  read(answer: ReadOf<S>, keys: readonly Key[], broker: BrokerNode): Verdicts<Key, Value>
}

export function question<Key, Value, Q extends Fields, S extends Fields>(
  declared: Question<Key, Value, Q, S>,
): Operation<Key, Value>['ask'] {
  const { api, minVersion, maxVersion } = declared
  const options = { ...(minVersion === undefined ? {} : { minVersion }), ...(maxVersion === undefined ? {} : { maxVersion }) }
  return async (broker, keys) => {
    const { node, timeoutMs } = broker
    const answer = await broker.call(api, (version) => declared.request(keys, { version, timeoutMs }), options)
    return declared.read(answer, keys, node)
  }
}

/** The verdict of an item whose error stands beside it: the value when the code is 0. */
export function verdict<Value>(
  { errorCode, errorMessage }: { readonly errorCode: number; readonly errorMessage?: string | null },
  value: () => Value,
): Verdict<Value> {
  return errorCode === 0 ? { value: value() } : saidByBroker(errorCode, errorMessage)
}

/** An error of the whole answer is one of every item; without one, `each` says. */
export function unlessFailed<Key, Value>(
  { errorCode, errorMessage }: { readonly errorCode: number; readonly errorMessage?: string | null },
  keys: readonly Key[],
  each: () => Verdicts<Key, Value>,
): Verdicts<Key, Value> {
  if (errorCode === 0) return each()
  return keys.map((key) => [key, saidByBroker(errorCode, errorMessage)] as const)
}

/** An error as the broker tells it. */
export function saidByBroker(code: number, message: string | null | undefined): Exclude<Verdict<never>, 'otherwise'> {
  return { code, said: message ?? null, brokerMessage: message || undefined }
}
