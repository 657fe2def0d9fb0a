import { errorCode, errorMessage, KafkaError } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import type { Cluster } from '../cluster/cluster.ts'
import { ExponentialBackoff } from '../cluster/exponential-backoff.ts'
import type { Environment } from '../environment.ts'
import { ClientError } from '../errors/client-error.ts'
import { errorOf } from '../errors/error-of.ts'
import type { Waiting } from '../waiting.ts'
import { AdminCall } from './admin-call.ts'
import { generalHints } from './hints.ts'
import { KeyedMap } from './keyed-map.ts'
import { only } from './keys.ts'
import type { KeyKind } from './keys.ts'
import type { Operation, Verdict } from './operation.ts'
import { perItem } from './per-item.ts'
import type { Outcome, PerItem, Settle } from './per-item.ts'
import type { Lookup, Route } from './targets/target.ts'

/** The settings that running operations takes; `AdminSettings` has them. */
export interface RunnerSettings {
  readonly defaultApiTimeoutMs: number
  readonly requestTimeoutMs: number
  readonly retries: number
  readonly retryBackoffMs: number
  readonly retryBackoffMaxMs: number
  /** Not empty: the cluster behind the door consists of controllers (KIP-919). */
  readonly bootstrapControllers: readonly unknown[]
}

/**
 * Runs operations: finds out whom to ask, asks each once for all its items, and asks again for those items alone that failed in passing.
 *
 * An item's retry waits for its own back-off and for nothing else: neither for the other items of its request, nor for other brokers.
 */
export class Runner {
  readonly #cluster: Cluster
  readonly #environment: Environment
  readonly #settings: RunnerSettings
  readonly #backoff: ExponentialBackoff
  readonly #running = new Map<AdminCall, Promise<void>>()
  #isClosed = false

  constructor({ cluster, environment, settings }: { cluster: Cluster; environment: Environment; settings: RunnerSettings }) {
    this.#cluster = cluster
    this.#environment = environment
    this.#settings = settings
    this.#backoff = new ExponentialBackoff(settings.retryBackoffMs, settings.retryBackoffMaxMs, environment.random)
  }

  /** An operation on several items. Begins at once. */
  items<Key, Value>(operation: Operation<Key, Value>, kind: KeyKind<Key>, keys: readonly Key[], waiting?: Waiting): PerItem<Key, Value> {
    const asked = new KeyedMap<Key, true>(
      kind.identify,
      keys.map((key) => [key, true]),
    )
    return perItem(operation.name, kind, [...asked.keys()], (settle) =>
      this.#during(operation.name, waiting, (call) => this.#run(operation, kind, [...asked.keys()], settle, call)),
    )
  }

  /** An operation with one answer. */
  async one<Value>(operation: Operation<undefined, Value>, waiting?: Waiting): Promise<Value> {
    return this.items(operation, only, [undefined], waiting).of(undefined)
  }

  /** Items that turn up only when another operation has been answered; both within the time of one call. */
  itemsAfter<Key, Value>(
    name: string,
    kind: KeyKind<Key>,
    waiting: Waiting | undefined,
    prepare: (within: Waiting) => Promise<{ readonly operation: Operation<Key, Value>; readonly keys: readonly Key[] }>,
  ): PerItem<Key, Value> {
    return perItem(name, kind, [], (settle) =>
      this.#during(name, waiting, async (call) => {
        const { operation, keys } = await prepare({ signal: call.signal, timeoutMs: call.remainingMs })
        await this.#run(operation, kind, keys, settle, call)
      }),
    )
  }

  /** One answer whose parts have names: each is an item, though nobody had asked for it by name. */
  itemsFrom<Key, Value>(
    operation: Operation<undefined, Iterable<readonly [Key, Verdict<Value>]>>,
    kind: KeyKind<Key>,
    asked: readonly Key[],
    waiting?: Waiting,
  ): PerItem<Key, Value> {
    return perItem(operation.name, kind, asked, (settle) =>
      this.#during(operation.name, waiting, async (call) => {
        const parts = new KeyedMap<undefined, Outcome<Iterable<readonly [Key, Verdict<Value>]>>>(only.identify)
        await this.#run(operation, only, [undefined], (key, outcome) => parts.set(key, outcome), call)
        const whole = parts.get(undefined)
        if (whole === undefined) return
        if (!whole.ok) {
          if (asked.length === 0) throw whole.error
          for (const key of asked) settle(key, whole)
          return
        }
        for (const [key, verdict] of whole.value) {
          if (verdict === 'otherwise') continue
          settle(key, 'value' in verdict ? { ok: true, value: verdict.value } : failure(operation, kind.print(key), codeError(verdict)))
        }
        const silent = errorOf(-1, 'the answer says nothing about it')
        for (const key of asked) settle(key, failure(operation, kind.print(key), silent))
      }),
    )
  }

  /** The brokers of the moment, for operations that ask every one of them. */
  async brokers(name: string, waiting?: Waiting): Promise<readonly number[]> {
    let ids: readonly number[] = []
    await this.#during(name, waiting, async (call) => {
      const { brokers } = await this.#cluster.refresh({ signal: call.signal, timeoutMs: call.remainingMs })
      ids = [...brokers.keys()].filter((id) => id >= 0)
    })
    return ids
  }

  /** No call is begun any more; those under way are waited for, at most so long, and then given up. */
  async close({ timeoutMs }: { readonly timeoutMs?: number | undefined } = {}): Promise<void> {
    this.#isClosed = true
    const running = [...this.#running.values()]
    if (running.length === 0) return
    const all = Promise.allSettled(running)
    if (timeoutMs === undefined) {
      await all
      return
    }
    const timer = this.#environment.timer.after(timeoutMs, () => {
      for (const call of this.#running.keys()) call.giveUp(closedError('the admin was closed before the answer came'))
    })
    await all
    timer.cancel()
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Everything of a call within its deadline. Rejects with the signal's reason, or with what is a bug. */
  async #during(name: string, waiting: Waiting | undefined, work: (call: AdminCall) => Promise<void>): Promise<void> {
    if (this.#isClosed) throw closedError(`${name} was called after close()`, 'Make a new admin, or close this one later.')
    const timeoutMs = waiting?.timeoutMs ?? this.#settings.defaultApiTimeoutMs
    const call = new AdminCall(this.#environment, { timeoutMs, signal: waiting?.signal })
    const done = work(call).catch((error: unknown) => {
      if (!call.signal.aborted) throw error
      if (call.isOutOfTime) throw outOfTime(name, timeoutMs, this.#cluster.lastFailure)
      throw call.signal.reason
    })
    this.#running.set(call, done)
    try {
      await done
    } finally {
      this.#running.delete(call)
      call.end()
    }
  }

  async #run<Key, Value>(
    operation: Operation<Key, Value>,
    kind: KeyKind<Key>,
    keys: readonly Key[],
    settle: Settle<Key, Value>,
    call: AdminCall,
  ): Promise<void> {
    if (keys.length === 0) return
    if (this.#settings.bootstrapControllers.length > 0 && operation.byControllers !== true) {
      const error = new KafkaError('UNSUPPORTED_ENDPOINT_TYPE', 'controllers do not answer this; brokers do')
      for (const key of keys) settle(key, failure(operation, kind.print(key), error))
      return
    }
    await new Errand({ ...this.#parts(), kind, settle, call }).work(operation, keys.map(fresh))
  }

  #parts(): { cluster: Cluster; settings: RunnerSettings; backoff: ExponentialBackoff } {
    return { cluster: this.#cluster, settings: this.#settings, backoff: this.#backoff }
  }
}

/** An item on its way. */
interface Item<Key> {
  readonly key: Key
  readonly failedAttempts: number
  readonly lastError: KafkaError | undefined
  /** An earlier attempt may have been carried out, though its answer was lost. */
  readonly lostAnswer: boolean
}

const fresh = <Key>(key: Key): Item<Key> => ({ key, failedAttempts: 0, lastError: undefined, lostAnswer: false })

/** The items of one call, until each has its outcome. */
class Errand<Key, Value> {
  readonly #cluster: Cluster
  readonly #settings: RunnerSettings
  readonly #backoff: ExponentialBackoff
  readonly #kind: KeyKind<Key>
  readonly #settle: Settle<Key, Value>
  readonly #call: AdminCall
  readonly #lookup: Lookup

  constructor(parts: {
    readonly cluster: Cluster
    readonly settings: RunnerSettings
    readonly backoff: ExponentialBackoff
    readonly kind: KeyKind<Key>
    readonly settle: Settle<Key, Value>
    readonly call: AdminCall
  }) {
    const { cluster, call } = parts
    const { signal } = call
    this.#cluster = cluster
    this.#settings = parts.settings
    this.#backoff = parts.backoff
    this.#kind = parts.kind
    this.#settle = parts.settle
    this.#call = call
    this.#lookup = {
      cluster,
      signal,
      ask: async (api, request) => cluster.call(await cluster.anyBroker({ signal }), api, request, { signal }),
    }
  }

  /** One attempt of these items, and whatever follows from it. */
  async work(operation: Operation<Key, Value>, items: readonly Item<Key>[]): Promise<void> {
    if (items.length === 0) return
    let routes: readonly Route<Key>[]
    try {
      this.#call.signal.throwIfAborted()
      routes = await operation.target.route(
        items.map(({ key }) => key),
        this.#lookup,
      )
    } catch (error) {
      await this.#unanswered(operation, items, error)
      return
    }
    const byKey = new KeyedMap(
      this.#kind.identify,
      items.map((item) => [item.key, item] as const),
    )
    const itemsOf = (keys: readonly Key[]): readonly Item<Key>[] => keys.flatMap((key) => byKey.get(key) ?? [])
    await Promise.all(
      routes.map(async (route) => {
        const ofRoute = itemsOf(route.keys)
        if ('broker' in route) {
          const parcels = operation.oneByOne === true ? ofRoute.map((item) => [item]) : [ofRoute]
          await Promise.all(parcels.map((parcel) => this.#ask(operation, route.broker, parcel)))
        } else if (route.again)
          await this.#again(
            operation,
            ofRoute.map((item) => after(item, route.error)),
          )
        else for (const item of ofRoute) this.#fail(operation, item, route.error)
      }),
    )
  }

  async #ask(operation: Operation<Key, Value>, broker: number, items: readonly Item<Key>[]): Promise<void> {
    const { signal } = this.#call
    const found = new KeyedMap<Key, Verdict<Value>>(this.#kind.identify)
    try {
      const verdicts = await operation.ask(
        {
          id: broker,
          node: this.#cluster.metadata.brokers.get(broker) ?? { id: broker, host: '', port: -1, rack: undefined },
          timeoutMs: Math.ceil(Math.min(this.#settings.requestTimeoutMs, this.#call.remainingMs)),
          call: (api, request, options) => this.#cluster.call(broker, api, request, { ...options, signal }),
          versionFor: (api) => this.#cluster.versionFor(broker, api, { signal }),
        },
        items.map(({ key }) => key),
      )
      for (const [key, verdict] of verdicts) found.set(key, verdict)
    } catch (error) {
      await this.#unanswered(operation, items, error)
      return
    }
    const again: Item<Key>[] = []
    const otherwise: Item<Key>[] = []
    let afterMs = 0
    for (const item of items) {
      const verdict = found.get(item.key)
      if (verdict === undefined) this.#fail(operation, item, errorOf(-1, `the answer of broker ${broker} says nothing about it`))
      else if (verdict === 'otherwise') otherwise.push(item)
      else if ('value' in verdict) this.#settle(item.key, { ok: true, value: verdict.value })
      else {
        const error = codeError(verdict)
        if (isPassing(operation, error)) {
          again.push(after(item, error))
          afterMs = Math.max(afterMs, verdict.afterMs ?? 0)
        } else this.#fail(operation, item, error)
      }
    }
    if (again.length > 0) operation.target.forget?.(this.#lookup)
    await Promise.all([
      this.#again(operation, again, afterMs),
      operation.otherwise === undefined ? undefined : this.work(operation.otherwise, otherwise),
    ])
  }

  /** There was no answer: the network, a time-out, a version too old, or the call was given up. */
  async #unanswered(operation: Operation<Key, Value>, items: readonly Item<Key>[], error: unknown): Promise<void> {
    if (this.#call.signal.aborted) {
      this.#outOfTime(operation, items)
      return
    }
    if (!(error instanceof KafkaError)) throw error
    if (error.code === 'UNSUPPORTED_VERSION' && operation.otherwise !== undefined) {
      await this.work(operation.otherwise, items)
      return
    }
    if (!error.retriable) {
      for (const item of items) this.#fail(operation, item, error)
      return
    }
    operation.target.forget?.(this.#lookup)
    await this.#again(
      operation,
      items.map((item) => ({ ...after(item, error), lostAnswer: true })),
    )
  }

  /** Waits, and then tries these items again. They have failed equally often. */
  async #again(operation: Operation<Key, Value>, items: readonly Item<Key>[], afterMs = 0): Promise<void> {
    const [first] = items
    if (first === undefined) return
    if (first.failedAttempts > this.#settings.retries) {
      for (const item of items) this.#fail(operation, item, item.lastError ?? new KafkaError('REQUEST_TIMED_OUT'))
      return
    }
    try {
      await this.#call.pause(Math.max(afterMs, this.#backoff.afterMs(first.failedAttempts)))
    } catch {
      this.#outOfTime(operation, items)
      return
    }
    await this.work(operation, items)
  }

  /** The call was given up. When its time is over, each item says how far it had come; else nobody wants to know. */
  #outOfTime(operation: Operation<Key, Value>, items: readonly Item<Key>[]): void {
    if (!this.#call.isOutOfTime) throw this.#call.signal.reason
    for (const item of items) {
      const { lastError, failedAttempts } = item
      // A quota that is still used up is the better answer than that time is over.
      if (lastError?.code === 'THROTTLING_QUOTA_EXCEEDED') this.#fail(operation, item, lastError)
      else {
        const cause = lastError ?? this.#cluster.lastFailure
        const attempts = lastError === undefined ? 'no answer' : `${failedAttempts} attempts, the last of which failed`
        const why = cause instanceof Error ? `: ${cause.message}` : ''
        const hint = cause instanceof KafkaError ? cause.hint || (generalHints[cause.code] ?? '') : ''
        this.#fail(operation, item, new KafkaError('REQUEST_TIMED_OUT', `time is over after ${attempts}${why}`, { cause, hint }))
      }
    }
  }

  #fail(operation: Operation<Key, Value>, item: Item<Key>, error: KafkaError): void {
    const lost = item.lostAnswer && error.code === 'TOPIC_ALREADY_EXISTS' ? lostAnswerHint : undefined
    this.#settle(item.key, failure(operation, this.#kind.print(item.key), error, lost))
  }
}

const lostAnswerHint = 'An earlier attempt, whose answer was lost, may have made it: look at it before you take this for a failure.'

function after<Key>(item: Item<Key>, error: KafkaError): Item<Key> {
  return { ...item, failedAttempts: item.failedAttempts + 1, lastError: error }
}

function isPassing(
  { retries, target }: { retries?: ReadonlySet<ErrorName>; target: { retries: ReadonlySet<ErrorName> } },
  { code }: KafkaError,
): boolean {
  return target.retries.has(code) || retries?.has(code) === true
}

function codeError(verdict: {
  readonly code: number
  readonly said?: string | null
  readonly brokerMessage?: string | undefined
}): KafkaError {
  const { code, said, brokerMessage } = verdict
  return errorOf(code, said, { brokerMessage })
}

/** The error as the user gets it: what was tried on what, what went wrong, what to do. */
function failure(
  { name, hints }: { readonly name: string; readonly hints?: Partial<Record<ErrorName, string>> },
  item: string,
  error: KafkaError,
  moreUrgentHint?: string,
): { readonly ok: false; readonly error: KafkaError } {
  const { code, cause, wireCode, brokerMessage } = error
  const hint = moreUrgentHint ?? hints?.[code] ?? (error.hint || (generalHints[code] ?? ''))
  const said =
    error.message === errorMessage(code) || error.message.startsWith(code) || wireCode !== errorCode(code)
      ? error.message
      : `${code}: ${error.message}`
  const sentence = /[.!?]$/.test(said) ? said : `${said}.`
  const message = `${name}${item === '' ? '' : ` ${item}`}: ${sentence}${hint === '' ? '' : ` ${hint}`}`
  return { ok: false, error: new KafkaError(code, message, { cause, hint, wireCode, brokerMessage }) }
}

function outOfTime(name: string, timeoutMs: number, cause: unknown): KafkaError {
  const why = cause instanceof Error ? ` ${cause.message}` : ''
  const hint = cause instanceof KafkaError ? cause.hint || (generalHints[cause.code] ?? '') : ''
  return new KafkaError('REQUEST_TIMED_OUT', `${name}: no answer within ${timeoutMs} ms.${why}`, { cause, hint })
}

function closedError(message: string, hint?: string): ClientError {
  return new ClientError('ODRADEK_CLOSED', message, hint === undefined ? {} : { hint })
}
