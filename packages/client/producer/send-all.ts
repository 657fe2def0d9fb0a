import { Patience } from '../cluster/patience.ts'
import type { Topic } from '../topic.ts'
import type { Waiting } from '../waiting.ts'
import type { AnyRecord } from './accumulator.ts'
import type { Engine } from './engine.ts'
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
  engine.check()
  const { environment } = engine.parts
  const patience = new Patience(environment, options, Infinity, 'sending records')
  const release = environment.hold()
  const stream = new Stream(engine, given, observe)
  const isBounded = options.signal !== undefined || options.timeoutMs !== undefined
  try {
    if (Symbol.asyncIterator in records) await stream.pullAsync(records, isBounded ? patience : undefined)
    else await stream.pull(records, isBounded ? patience : undefined)
    const sent = stream.finish()
    await (isBounded ? patience.wait(sent) : sent)
    return { records: stream.count }
  } finally {
    stream.end()
    release()
  }
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
  count = 0

  constructor(engine: Engine, given: string | Topic, observe: Observe | undefined) {
    this.#engine = engine
    this.#given = given
    this.#observe = observe
    this.#end.promise.catch(() => undefined)
  }

  async pull(records: Iterable<AnyRecord>, patience: Patience | undefined): Promise<void> {
    const engine = this.#engine
    for (const record of records) {
      if (this.#failure !== undefined) throw this.#failure.error
      this.#take(record)
      if (!engine.hasRoom) await this.#room(patience)
    }
  }

  async pullAsync(records: AsyncIterable<AnyRecord>, patience: Patience | undefined): Promise<void> {
    const engine = this.#engine
    const source = records[Symbol.asyncIterator]()
    let isOver = false
    try {
      for (;;) {
        const next = source.next()
        const { done, value } = await (patience === undefined ? next : patience.wait(next))
        if (done === true) {
          isOver = true
          return
        }
        if (this.#failure !== undefined) throw this.#failure.error
        this.#take(value)
        if (!engine.hasRoom) await this.#room(patience)
      }
    } catch (error) {
      isOver = error !== this.#failure?.error && patience === undefined
      throw error
    } finally {
      // A source that waits for something itself is told, and not waited for.
      if (!isOver) source.return?.().catch(() => undefined)
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

  end(): void {
    this.#linger?.()
  }

  settled(error: Error | undefined, receipts: Receipts): void {
    this.#open.delete(receipts)
    if (error !== undefined) this.#failure ??= { error }
    this.#look()
  }

  placed(receipts: Receipts, hasJoined: boolean): void {
    this.#waiting--
    if (hasJoined) this.#open.add(receipts)
  }

  #take(unseen: AnyRecord): void {
    const engine = this.#engine
    engine.check()
    const { topic, record, done } = this.#observe?.(unseen) ?? { topic: this.#given, record: unseen, done: undefined }
    if (engine.append(engine.topics.entry(topic), record)) {
      const { receipts, index } = engine.accumulator
      if (receipts.addPartyRecord(this)) this.#open.add(receipts)
      if (done !== undefined) receipts.addDone(index, done, true)
    } else {
      const waiting = engine.waiting()
      waiting.party = this
      waiting.observer = done
      this.#waiting++
    }
    this.count++
  }

  async #room(patience: Patience | undefined): Promise<void> {
    const room = this.#engine.room()
    await (patience === undefined ? room : patience.wait(room))
    if (this.#failure !== undefined) throw this.#failure.error
  }

  #look(): void {
    if (this.#failure !== undefined) this.#end.reject(this.#failure.error)
    else if (this.#isFinished && this.#open.size === 0 && this.#waiting === 0) this.#end.resolve()
  }
}
