import { Patience } from '../cluster/patience.ts'
import { ConfigError } from '../errors/index.ts'
import type { Topic } from '../topic.ts'
import { checkWaiting } from '../waiting.ts'
import type { Waiting } from '../waiting.ts'
import type { AnyRecord } from './accumulator.ts'
import type { Engine } from './engine.ts'
import type { Room } from './intake.ts'
import type { Done } from './producer.ts'
import type { Party, Receipts } from './receipts.ts'

type Observe = (record: AnyRecord) => { readonly topic: string | Topic; readonly record: AnyRecord; readonly done: Done | undefined }

/** Sends all records of a source, with one promise for all: see `Producer.sendAll`. `observe` lets interceptors see each. */
export async function sendAll(
  engine: Engine,
  given: string | Topic,
  records: Iterable<AnyRecord> | AsyncIterable<AnyRecord>,
  options: Waiting,
  observe: Observe | undefined,
): Promise<{ readonly records: number }> {
  checkWaiting(options, 'sendAll')
  checkRecords(records)
  engine.check()
  const { environment } = engine.parts
  const patience = new Patience(environment, options, Infinity, 'sending records')
  const release = environment.hold()
  const stream = new Stream(engine, given, observe)
  // Also while the source has nothing to say.
  const forgetEnd = engine.onEnd((error) => stream.stop(error))
  const isBounded = options.signal !== undefined || options.timeoutMs !== undefined
  try {
    const pulled = Promise.race([stream.pull(records), stream.failed])
    await (isBounded ? patience.wait(pulled) : pulled)
    forgetEnd()
    const sent = stream.finish()
    await (isBounded ? patience.wait(sent) : sent)
    return { records: stream.count }
  } catch (error) {
    stream.stop(error instanceof Error ? error : new Error(String(error), { cause: error }))
    throw error
  } finally {
    forgetEnd()
    stream.end()
    release()
  }
}

function checkRecords(records: unknown): void {
  if (typeof records === 'object' && records !== null && (Symbol.asyncIterator in records || Symbol.iterator in records)) return
  const what = records === null ? 'null' : typeof records === 'object' ? 'an object that can not be iterated' : `of type ${typeof records}`
  throw new ConfigError(`sendAll: records must be an array or another iterable of records, also an asynchronous one, and this is ${what}.`)
}

/** The records of one `sendAll` on their way. */
class Stream implements Party {
  readonly #engine: Engine
  readonly #given: string | Topic
  readonly #observe: Observe | undefined
  readonly #open = new Set<Receipts>()
  #waiting = 0
  #failure: { readonly error: Error } | undefined
  #isFinished = false
  readonly #end = Promise.withResolvers<void>()
  #linger: (() => void) | undefined
  #room: Room | undefined
  /** Has to be told when nothing more is wanted of it. */
  #source: AsyncIterator<AnyRecord> | undefined
  count = 0

  constructor(engine: Engine, given: string | Topic, observe: Observe | undefined) {
    this.#engine = engine
    this.#given = given
    this.#observe = observe
    this.#end.promise.catch(() => undefined)
  }

  /** Rejects when a record has failed; resolves when all are sent. */
  get failed(): Promise<void> {
    return this.#end.promise
  }

  /** Takes all records, as fast as there is room for them. When the stream has been stopped it may go on waiting for its source, and takes nothing more. */
  pull(records: Iterable<AnyRecord> | AsyncIterable<AnyRecord>): Promise<void> {
    return Symbol.asyncIterator in records ? this.#pullAsync(records) : this.#pull(records)
  }

  async #pull(records: Iterable<AnyRecord>): Promise<void> {
    const engine = this.#engine
    for (const record of records) {
      if (this.#failure !== undefined) throw this.#failure.error
      this.#take(record)
      if (!engine.intake.hasRoom) await this.#roomForMore()
    }
  }

  async #pullAsync(records: AsyncIterable<AnyRecord>): Promise<void> {
    const engine = this.#engine
    const source = records[Symbol.asyncIterator]()
    this.#source = source
    for (;;) {
      const next = await this.#next(source)
      if (next.done === true) {
        this.#source = undefined
        return
      }
      if (this.#failure !== undefined) throw this.#failure.error
      this.#take(next.value)
      if (!engine.intake.hasRoom) await this.#roomForMore()
    }
  }

  async #next(source: AsyncIterator<AnyRecord>): Promise<IteratorResult<AnyRecord>> {
    try {
      return await source.next()
    } catch (error) {
      // Whoever throws has ended.
      this.#source = undefined
      throw error
    }
  }

  /** There are no more records. */
  finish(): Promise<void> {
    this.#isFinished = true
    for (const receipts of this.#open) receipts.hurry()
    if (this.#waiting > 0) this.#linger = this.#engine.sender.hurry()
    this.#look()
    return this.#end.promise
  }

  /** Takes nothing more, and tells the source. What was taken goes on. */
  stop(error: Error): void {
    this.#failure ??= { error }
    this.#room?.leave()
    const source = this.#source
    this.#source = undefined
    // A source that waits for something itself is told, and not waited for.
    if (source !== undefined) void leave(source)
    this.#look()
  }

  end(): void {
    this.#linger?.()
  }

  settled(error: Error | undefined, receipts: Receipts): void {
    this.#open.delete(receipts)
    if (error === undefined) this.#look()
    else this.stop(error)
  }

  placed(receipts: Receipts, hasJoined: boolean): void {
    this.#waiting--
    if (hasJoined) this.#open.add(receipts)
  }

  #take(unseen: AnyRecord): void {
    const engine = this.#engine
    engine.check()
    const { topic, record, done } = this.#observe?.(unseen) ?? { topic: this.#given, record: unseen, done: undefined }
    if (engine.intake.append(engine.topics.entry(topic), record)) {
      const { receipts, index } = engine.accumulator
      if (receipts.addPartyRecord(this)) this.#open.add(receipts)
      if (done !== undefined) receipts.addObserver(index, done)
    } else {
      const waiting = engine.intake.waiting()
      waiting.party = this
      waiting.observer = done
      this.#waiting++
    }
    this.count++
  }

  async #roomForMore(): Promise<void> {
    this.#room = this.#engine.intake.room()
    await this.#room.free
    this.#room = undefined
    if (this.#failure !== undefined) throw this.#failure.error
  }

  #look(): void {
    if (this.#failure !== undefined) this.#end.reject(this.#failure.error)
    else if (this.#isFinished && this.#open.size === 0 && this.#waiting === 0) this.#end.resolve()
  }
}

async function leave(source: AsyncIterator<AnyRecord>): Promise<void> {
  try {
    await source.return?.()
  } catch {
    // The failure that ended it is told; what the source throws over its end comes after it.
  }
}
