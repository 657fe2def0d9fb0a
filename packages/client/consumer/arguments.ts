import { ConfigError } from '../errors/index.ts'
import type { Offsets, PartitionOffset, Partitions, TopicPartition } from '../partitions.ts'
import { checkTopicName } from '../topic.ts'
import type { Topic } from '../topic.ts'
import { checkWords } from '../known-words.ts'
import type { WordsOf } from '../known-words.ts'
import { checkSignal } from '../waiting.ts'
import type { RebalanceListener, RunOptions } from './consumer.ts'
import type { Wish } from './subscriptions.ts'

export { checkWords } from '../known-words.ts'
export { checkTimeout } from '../waiting.ts'

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
const show = (value: unknown): string => (typeof value === 'string' ? JSON.stringify(value) : isObject(value) ? 'an object' : String(value))

/** Throws `ConfigError` for what is no list of partitions. */
export function checkPartitions(partitions: Partitions, call: string): void {
  if (!Array.isArray(partitions))
    throw new ConfigError(`${call}: partitions must be a list as [{ topic: 'orders', partition: 0 }], not ${show(partitions)}.`)
  for (const partition of partitions) checkPartition(partition, call)
}

export function checkPartition(place: TopicPartition, call: string): void {
  if (!isObject(place))
    throw new ConfigError(`${call}: a partition must be an object as { topic: 'orders', partition: 0 }, not ${show(place)}.`)
  if (typeof place.topic !== 'string' || place.topic === '')
    throw new ConfigError(`${call}: topic must be a name, not ${show(place.topic)}.`)
  if (!Number.isSafeInteger(place.partition) || place.partition < 0) {
    throw new ConfigError(`${call}: partition of ${place.topic} must be a number from 0 on, not ${show(place.partition)}.`)
  }
}

export function checkOffset(place: PartitionOffset, call: string): void {
  checkPartition(place, call)
  const { offset, leaderEpoch } = place
  if (!Number.isSafeInteger(offset) || offset < 0) {
    throw new ConfigError(
      `${call}: offset of ${place.topic}-${place.partition} must be a number from 0 on, not ${typeof offset === 'bigint' ? 'a bigint' : show(offset)}.`,
    )
  }
  if (leaderEpoch !== undefined && (!Number.isSafeInteger(leaderEpoch) || leaderEpoch < 0)) {
    throw new ConfigError(
      `${call}: leaderEpoch of ${place.topic}-${place.partition} must be a number from 0 on or undefined, not ${show(leaderEpoch)}.`,
    )
  }
}

export function checkOffsets(offsets: Offsets, call: string): void {
  if (!Array.isArray(offsets))
    throw new ConfigError(`${call}: offsets must be a list as [{ topic: 'orders', partition: 0, offset: 5 }], not ${show(offsets)}.`)
  for (const offset of offsets) checkOffset(offset, call)
}

/** What the argument of `subscribe` asks for, and the topics in it that have types. */
export function readSubscription(what: unknown): { readonly wish: Wish; readonly typed: readonly Topic[] } {
  if (what instanceof RegExp) return { wish: { kind: 'pattern', pattern: what }, typed: [] }
  if (isObject(what) && 're2j' in what) {
    if (typeof what.re2j !== 'string' || what.re2j === '')
      throw new ConfigError(`subscribe: re2j must be a pattern as text, not ${show(what.re2j)}.`)
    return { wish: { kind: 're2j', re2j: what.re2j }, typed: [] }
  }
  if (!Array.isArray(what)) {
    throw new ConfigError(`subscribe takes a list of topics as ['orders'], a RegExp, or { re2j: 'orders.*' }, not ${show(what)}.`)
  }
  const typed: Topic[] = []
  const names = new Set<string>()
  for (const entry of what) {
    if (isTopic(entry)) typed.push(entry)
    const name: unknown = isTopic(entry) ? entry.name : entry
    checkTopicName(name)
    names.add(name)
  }
  return { wish: names.size === 0 ? { kind: 'nothing' } : { kind: 'topics', topics: [...names].toSorted() }, typed }
}

const isTopic = (value: unknown): value is Topic => isObject(value) && 'name' in value && 'key' in value && 'value' in value

const listenings = ['onPartitionsAssigned', 'onPartitionsRevoked', 'onPartitionsLost'] as const

export function checkListener(listener: RebalanceListener): void {
  if (!isObject(listener))
    throw new ConfigError(
      `subscribe: the listener must be an object with onPartitionsAssigned, onPartitionsRevoked, onPartitionsLost, not ${show(listener)}.`,
    )
  // A listener may be an object of the application with more in it; what only looks like one of these is a slip.
  for (const name of Object.keys(listener)) {
    if (/^on_?partitions?/i.test(name) && !listenings.some((known) => known === name))
      throw new ConfigError(`subscribe: the listener has ${name}; there are ${listenings.join(', ')}.`)
  }
  for (const name of listenings) {
    const given: unknown = listener[name]
    if (given !== undefined && typeof given !== 'function')
      throw new ConfigError(`subscribe: ${name} must be a function, not ${show(given)}.`)
  }
}

/** What ends a loop, or a call for records. */
export function checkLooping(options: { readonly signal?: AbortSignal | undefined }, call: string): void {
  checkWords(options, { signal: 1 }, call)
  checkSignal(options.signal, call)
}

const runWords: WordsOf<RunOptions<unknown>> = { order: 1, concurrency: 1, signal: 1, onError: 1 }

export function checkRun<R>(handler: unknown, options: RunOptions<R>): void {
  if (typeof handler !== 'function') throw new ConfigError(`run: the handler must be a function, not ${show(handler)}.`)
  if (!isObject(options)) throw new ConfigError(`run: the options must be an object, not ${show(options)}.`)
  checkWords(options, runWords, 'run')
  const { order, concurrency, onError } = options
  if (order !== undefined && order !== 'partition' && order !== 'key' && order !== 'none') {
    throw new ConfigError(`run: order must be 'partition', 'key' or 'none', not ${show(order)}.`)
  }
  if (concurrency !== undefined && !(concurrency === Infinity || (Number.isSafeInteger(concurrency) && concurrency >= 1))) {
    throw new ConfigError(`run: concurrency must be a number from 1 on, not ${show(concurrency)}.`)
  }
  if (onError !== undefined && typeof onError !== 'function')
    throw new ConfigError(`run: onError must be a function, not ${show(onError)}.`)
  checkSignal(options.signal, 'run')
}
