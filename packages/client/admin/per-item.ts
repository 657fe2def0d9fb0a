import { Deferred } from '@odradek/common/async'
import { KafkaError } from '@odradek/protocol'
import { ClientError } from '../errors/client-error.ts'
import { KeyedMap } from './keyed-map.ts'
import type { KeyKind } from './keys.ts'

/** How one item of an operation went. */
export type Outcome<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: KafkaError }

/**
 * The results of an operation on several things, each of which may fail alone.
 *
 * Awaited, it is a map of all results, or rejects with the first failure in the order asked; that error's `outcomes` tell of the others.
 * Keys that are objects are compared by what they say: `get({ topic: 'orders', partition: 0 })`.
 *
 * ```ts
 * const described = await admin.describeTopics(['orders', 'payments']) // both, or an error
 * for (const [name, outcome] of await admin.describeTopics(['orders', 'nope']).settled()) {
 *   console.log(name, outcome.ok ? outcome.value.partitions.length : outcome.error.code)
 * }
 * ```
 */
export interface PerItem<Key, Value> extends PromiseLike<ReadonlyMap<Key, Value>> {
  /** How each item went. Rejects only when the whole call was given up: aborted, or the admin closed. */
  settled(): Promise<ReadonlyMap<Key, Outcome<Value>>>
  /** One item's result, as soon as it is there. */
  of(key: Key): Promise<Value>
}

/** Tells how one item went; the first word counts. */
export type Settle<Key, Value> = (key: Key, outcome: Outcome<Value>) => void

/**
 * Begins `work` at once and gives its results item by item.
 *
 * `asked` gives the order of results; items that only the answer names come after it. If `work` rejects, so does whatever has not been settled.
 */
export function perItem<Key, Value>(
  name: string,
  { identify, print }: KeyKind<Key>,
  asked: readonly Key[],
  work: (settle: Settle<Key, Value>) => Promise<void>,
): PerItem<Key, Value> {
  const outcomes = new KeyedMap<Key, Outcome<Value>>(identify)
  const waiting = new KeyedMap<Key, Deferred<Value>>(identify)

  const settle: Settle<Key, Value> = (key, outcome) => {
    if (outcomes.has(key)) return
    outcomes.set(key, outcome)
    const deferred = waiting.get(key)
    if (deferred !== undefined) tell(deferred, outcome)
  }
  const done = work(settle)
  const settled = done.then(() => inOrder())
  const all = settled.then(valuesOrFirstFailure)
  // Whoever looks at single items has looked; only an operation that nobody looks at at all complains of its failure.
  const looked = (): void => {
    all.then(undefined, () => {})
  }
  settled.then(undefined, () => {})

  return {
    // oxlint-disable-next-line unicorn/no-thenable -- it is meant to be awaited
    then: (onValues, onFailure) => all.then(onValues, onFailure),
    settled() {
      looked()
      return settled
    },
    of(key) {
      looked()
      const outcome = outcomes.get(key)
      const deferred = waiting.get(key) ?? new Deferred<Value>()
      if (outcome !== undefined) tell(deferred, outcome)
      else if (!waiting.has(key)) {
        waiting.set(key, deferred)
        done.then(
          () => deferred.reject(notAsked(key)),
          (error: unknown) => deferred.reject(error),
        )
      }
      return deferred.promise
    },
  }

  function inOrder(): KeyedMap<Key, Outcome<Value>> {
    const ordered = new KeyedMap<Key, Outcome<Value>>(identify)
    for (const key of asked) {
      const outcome = outcomes.get(key)
      if (outcome !== undefined) ordered.set(key, outcome)
    }
    for (const [key, outcome] of outcomes) ordered.set(key, outcome)
    return ordered
  }

  function valuesOrFirstFailure(ordered: KeyedMap<Key, Outcome<Value>>): ReadonlyMap<Key, Value> {
    const values = new KeyedMap<Key, Value>(identify)
    for (const [key, outcome] of ordered) {
      if (!outcome.ok) throw withOutcomes(outcome.error, ordered)
      values.set(key, outcome.value)
    }
    return values
  }

  function notAsked(key: Key): ClientError {
    return new ClientError('ODRADEK_STATE', `${name} was not asked about ${print(key)}`, {
      hint: 'Ask of() about one of the things that the call was given.',
    })
  }
}

function tell<Value>(deferred: Deferred<Value>, outcome: Outcome<Value>): void {
  if (outcome.ok) deferred.resolve(outcome.value)
  else deferred.reject(outcome.error)
}

/** The error of one item as the error of all: the same, with how the others went. */
function withOutcomes(error: KafkaError, outcomes: ReadonlyMap<unknown, unknown>): KafkaError {
  const others = [...outcomes.values()].filter((outcome) => isFailure(outcome)).length - 1
  const message = others === 0 ? error.message : `${error.message} (and ${others} of ${outcomes.size - 1} others failed: see outcomes)`
  const { code, cause, hint, abortable, fatal, recordErrors, wireCode, brokerMessage } = error
  return new KafkaError(code, message, { cause, hint, abortable, fatal, recordErrors, wireCode, brokerMessage, outcomes })
}

function isFailure(outcome: unknown): boolean {
  return typeof outcome === 'object' && outcome !== null && 'ok' in outcome && outcome.ok === false
}
