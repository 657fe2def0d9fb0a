import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KafkaError } from '@odradek/protocol'
import type { BatchOf, Consumer } from '../../consumer/consumer.ts'
import type { Offsets, PartitionOffset, TopicPartition } from '../../partitions.ts'
import type { RawTopic } from '../../topic.ts'
import type { Transaction, TransactionalProducer } from '../producer.ts'
import { readProcessWrite } from './read-process-write.ts'

/** One partition with ten records, read in batches of three; what is committed counts. */
class Source {
  position = 0
  committedOffset: number | undefined
  isAutoCommitting = false
  owned: readonly TopicPartition[] = [{ topic: 'in', partition: 0 }]
  seeks: number[] = []
  #assigned = new AbortController()
  onEmpty: () => void = () => undefined

  /** The group takes the partition away. */
  lose(): void {
    this.owned = []
    this.#assigned.abort()
  }

  poll(): Promise<readonly (TopicPartition & { firstOffset: number; nextOffset: number; signal: AbortSignal })[]> {
    const firstOffset = this.position
    if (firstOffset >= 10) {
      this.onEmpty()
      return Promise.resolve([])
    }
    this.position = Math.min(10, firstOffset + 3)
    return Promise.resolve([{ topic: 'in', partition: 0, firstOffset, nextOffset: this.position, signal: this.#assigned.signal }])
  }

  assignment(): readonly TopicPartition[] {
    return this.owned
  }

  committed(): Promise<readonly (PartitionOffset | undefined)[]> {
    return Promise.resolve([this.committedOffset === undefined ? undefined : { topic: 'in', partition: 0, offset: this.committedOffset }])
  }

  seek({ offset }: PartitionOffset): void {
    this.seeks.push(offset)
    this.position = offset
  }

  groupMetadata() {
    return { groupId: 'g', generationId: 1, memberId: 'm', groupInstanceId: undefined }
  }
}

/** A producer whose commits go wrong as a test says. */
class Sink {
  readonly source: Source
  written: number[] = []
  /** What the next commits throw; `unknown` has committed all the same. */
  readonly commits: ('ok' | 'abortable' | 'fatal' | 'unknown' | 'unknown, aborted')[] = []
  aborts = 0
  #open: number[] = []
  #offset: number | undefined

  constructor(source: Source) {
    this.source = source
  }

  async transaction<R>(body: (transaction: Pick<Transaction, 'sendOffsets'> & { write(value: number): void }) => Promise<R>): Promise<R> {
    this.#open = []
    try {
      const result = await body({
        write: (value) => void this.#open.push(value),
        sendOffsets: (offsets: Offsets) => {
          this.#offset = offsets[0]?.offset
          return Promise.resolve()
        },
      })
      await this.#commit()
      return result
    } catch (error) {
      if (!(error instanceof KafkaError && error.code === 'REQUEST_TIMED_OUT')) this.aborts++
      throw error
    }
  }

  flush(): Promise<void> {
    return Promise.resolve()
  }

  commitTransaction(): Promise<void> {
    return this.#commit()
  }

  abortTransaction(): Promise<void> {
    this.aborts++
    return Promise.resolve()
  }

  async #commit(): Promise<void> {
    const outcome = this.commits.shift() ?? 'ok'
    if (outcome === 'fatal') throw new KafkaError('PRODUCER_FENCED', 'fenced', { fatal: true })
    if (outcome === 'abortable') throw new KafkaError('ILLEGAL_GENERATION', 'rejoin', { abortable: true })
    if (outcome === 'unknown') throw new KafkaError('REQUEST_TIMED_OUT', 'who knows')
    this.written.push(...this.#open)
    this.source.committedOffset = this.#offset
  }
}

interface Copying {
  readonly source: Source
  readonly sink: Sink
  /** Copies until the source is empty; the body may throw in the rounds that `fails` names. */
  readonly run: (fails?: (round: number) => boolean) => Promise<void>
}

function copying(): Copying {
  const source = new Source()
  const sink = new Sink(source)
  const run = async (fails: (round: number) => boolean = () => false): Promise<void> => {
    const stop = new AbortController()
    source.onEmpty = () => stop.abort()
    let round = 0
    await readProcessWrite(
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only what is asked for here
      source as unknown as Consumer,
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only what is asked for here
      sink as unknown as TransactionalProducer,
      async (batches: readonly BatchOf<RawTopic>[], transaction) => {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the sink's own
        const { write } = transaction as unknown as { readonly write: (value: number) => void }
        for (const { firstOffset, nextOffset } of batches) for (let i = firstOffset; i < nextOffset; i++) write(i)
        await Promise.resolve()
        if (fails(++round)) throw new Error('the body fails')
      },
      { signal: stop.signal },
    )
  }
  return { source, sink, run }
}

const all = Array.from({ length: 10 }, (_, i) => i)

test('everything is copied once', async () => {
  const { source, sink, run } = copying()
  await run()
  assert.deepEqual(sink.written, all)
  assert.equal(source.committedOffset, 10)
})

test('a body that throws aborts, and gets the same records again, from the committed offset or the beginning of the batch', async () => {
  const { source, sink, run } = copying()
  await run((round) => round === 1 || round === 3)
  assert.deepEqual(sink.written, all)
  assert.deepEqual(source.seeks, [0, 3])
})

test('three times without progress: the cause is thrown, and the position is back at what is committed', async () => {
  const { source, sink, run } = copying()
  await assert.rejects(
    run((round) => round > 1),
    { message: 'the body fails' },
  )
  assert.deepEqual(sink.written, [0, 1, 2])
  assert.deepEqual(source.seeks, [3, 3, 3])
})

test('an abortable error is tried again, a fatal one is thrown at once', async () => {
  const { sink, run } = copying()
  sink.commits.push('ok', 'abortable')
  await run()
  assert.deepEqual(sink.written, all)
  const lost = copying()
  lost.sink.commits.push('ok', 'fatal')
  await assert.rejects(lost.run(), { code: 'PRODUCER_FENCED' })
  assert.deepEqual(lost.sink.written, [0, 1, 2])
})

test('a commit of unknown outcome is asked for again, and is no success before it is one', async () => {
  const { source, sink, run } = copying()
  sink.commits.push('unknown', 'ok')
  await run()
  assert.deepEqual(sink.written, all)
  assert.deepEqual(source.seeks, [])
  const never = copying()
  never.sink.commits.push('unknown', 'unknown', 'unknown')
  await assert.rejects(never.run(), { code: 'REQUEST_TIMED_OUT' })
  assert.deepEqual(never.sink.written, [])
})

test('partitions that were lost in the meantime are not committed, and not sought', async () => {
  const { source, sink, run } = copying()
  await assert.rejects(
    run(() => {
      source.lose()
      return false
    }),
    { code: 'ODRADEK_STATE' },
  )
  assert.deepEqual(sink.written, [])
  assert.deepEqual(source.seeks, [])
})

test('a consumer that commits by itself is refused', async () => {
  const { source, run } = copying()
  source.isAutoCommitting = true
  await assert.rejects(run(), { code: 'ODRADEK_CONFIG', message: /enableAutoCommit: false/ })
})

test('a body that throws is warned of each time that its records come again', async () => {
  const warnings: unknown[] = []
  const source = Object.assign(new Source(), {
    logger: { debug: () => {}, info: () => {}, error: () => {}, warn: (_message: string, fields: unknown) => warnings.push(fields) },
  })
  const sink = new Sink(source)
  const broken = new Error('no such customer')
  await assert.rejects(
    readProcessWrite(
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it has what is asked of a consumer here
      source as unknown as Consumer,
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it has what is asked of a producer here
      sink as unknown as TransactionalProducer,
      () => Promise.reject(broken),
    ),
    broken,
  )
  assert.partialDeepStrictEqual(warnings, [
    { partitions: 'in-0', attempt: 1, error: broken },
    { partitions: 'in-0', attempt: 2, error: broken },
  ])
})
