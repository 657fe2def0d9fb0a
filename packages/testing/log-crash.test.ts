import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { MemoryDisk } from '@odradek/common/disk'
import { SeededRandom } from '@odradek/common/random'
import type { Random } from '@odradek/common/random'
import { VirtualTime } from '@odradek/common/time'
import { KafkaError } from '@odradek/protocol'
import { assignOffset, baseOffset, crcIsValid, lastOffset, partitionLeaderEpoch, walkBatches } from '@odradek/protocol/records'
import { batchOf, LogFixture, read } from '../log/log-fixture.ts'
import type { FixtureOptions } from '../log/log-fixture.ts'
import type { Log, LogObserver } from '../log/log.ts'
import { FaultyDisk } from './faulty-disk.ts'

/**
 * Random things happen to a log, the process is killed, the power is cut, the disk fails. After each of these the log is
 * opened again and held against what was appended: nothing durable may be missing, and nothing may be there that was never
 * written. `SEEDS=5000 node --test packages/testing/log-crash.test.ts` for a long run; a failure names its seed.
 */
const seeds = Number(process.env['SEEDS'] ?? 30)
const firstSeed = Number(process.env['SEED'] ?? 1)

interface Written {
  readonly offset: number
  readonly end: number
  readonly bytes: Buffer
}

interface Producer {
  epoch: number
  next: number
}

/** What the log should be. */
class Model implements LogObserver {
  readonly batches: Written[] = []
  readonly producers = new Map<number, Producer>()
  startOffset = 0
  log: Log | undefined
  isOffline = (): boolean => false
  durable_ = 0

  get end(): number {
    return this.batches.at(-1)?.end ?? this.startOffset
  }

  written(): void {}

  durable(): void {
    this.durable_ = Math.max(this.durable_, this.log?.durableOffset ?? 0)
  }

  /** What a full disk did not take is gone. What a broken one did not sync may be there again after the restart. */
  failed(offset: number): void {
    if (!this.isOffline()) this.cutTo(offset)
  }

  cutTo(offset: number): void {
    while ((this.batches.at(-1)?.end ?? 0) > offset) this.batches.pop()
    this.durable_ = Math.min(this.durable_, offset)
  }
}

class CrashRun {
  readonly #random: Random
  readonly #time = new VirtualTime()
  readonly #model = new Model()
  readonly #options: FixtureOptions
  readonly trace: string[] = []
  #disk: FaultyDisk
  #fixture!: LogFixture
  #log!: Log
  #epoch = 0
  #nextProducer = 100
  #starts = 0
  #isUndecided = false
  /** What the settings allow to be lost: in page-cache mode everything that was not flushed. */
  readonly #isFsync: boolean

  constructor(seed: number) {
    this.#random = new SeededRandom(seed)
    const latency = this.#random.nextInt(3)
    this.#disk = new FaultyDisk(new MemoryDisk({ clock: this.#time }), this.#random.fork('disk'), {
      timer: this.#time,
      ...(latency === 0 ? {} : { latencyMs: () => this.#random.nextInt(latency * 20) }),
    })
    this.#isFsync = this.#random.nextInt(4) > 0
    const segmentBytes = [1200, 2000, 8000, 1_000_000][this.#random.nextInt(4)] ?? 1000
    this.#options = {
      time: this.#time,
      config: {
        durability: this.#isFsync ? 'fsync' : 'page-cache',
        tailCacheBytes: [0, 20_000, 1_000_000][this.#random.nextInt(3)] ?? 0,
        maxOpenFiles: [16, 1000][this.#random.nextInt(2)] ?? 16,
      },
      settings: {
        segmentBytes,
        indexIntervalBytes: [0, 300, 4096][this.#random.nextInt(3)] ?? 0,
        fileDeleteDelayMs: 1000,
        flushMessages: this.#random.nextInt(5) === 0 ? 3 : Number.POSITIVE_INFINITY,
      },
    }
  }

  async run(): Promise<void> {
    await this.#open()
    const operations = 20 + this.#random.nextInt(60)
    for (let i = 0; i < operations && !this.#isUndecided; i++) await this.#operation()
    if (this.#isUndecided) return
    await this.#restart('power')
    await this.#checkReads()
    await this.#settle(this.#fixture.directory.close())
  }

  async #operation(): Promise<void> {
    const dice = this.#random.nextInt(100)
    if (dice < 45) this.#append()
    else if (dice < 62) await this.#turn()
    else if (dice < 68) await this.#time.advance(this.#random.nextInt(200))
    else if (dice < 72) await this.#checkpoint()
    else if (dice < 75) await this.#advanceStart()
    else if (dice < 78) await this.#retention()
    else if (dice < 80) await this.#truncate()
    else if (dice < 83) this.#break()
    else if (dice < 86) await this.#checkReads()
    else if (dice < 88) await this.#restart('clean')
    else if (dice < 91) await this.#restart('kill')
    else if (dice < 94) await this.#restart('power')
    else this.#append()
  }

  #note(line: string): void {
    this.trace.push(line)
  }

  async #open(): Promise<void> {
    this.#fixture = await LogFixture.open({
      ...this.#options,
      disk: this.#disk,
      options: { random: this.#random.fork(`log/${this.#starts++}`) },
    })
    this.#log = this.#fixture.log()
    this.#model.log = this.#log
    this.#model.isOffline = () => this.#fixture.directory.isOffline
    this.#log.observe(this.#model)
  }

  #append(): void {
    const model = this.#model
    const count = 1 + this.#random.nextInt(5)
    const value = Buffer.from(this.#random.bytes(1 + this.#random.nextInt(200)))
    const timestamp = this.#time.now() - this.#random.nextInt(1000)
    const options = this.#random.nextInt(2) === 0 ? this.#producer() : {}
    const batch = batchOf(count, { value, timestamp, ...options })
    try {
      const before = this.#log.endOffset
      const appended = this.#log.append(batch, { leaderEpoch: this.#epoch, origin: 'client' })
      assert.equal(appended.baseOffset, before, 'L1: append returns the old end')
      assignOffset(batch, 0, appended.baseOffset, this.#epoch)
      model.batches.push({ offset: appended.baseOffset, end: appended.lastOffset + 1, bytes: batch })
      if (options.producerId !== undefined) {
        const duplicate = this.#log.append(batchOf(count, { value, timestamp, ...options }), { leaderEpoch: this.#epoch, origin: 'client' })
        assert.deepEqual(
          [duplicate.duplicate, duplicate.baseOffset],
          [true, appended.baseOffset],
          'ID3: the same batch again has its old offset',
        )
      }
      this.#note(`append ${appended.baseOffset}..${appended.lastOffset} epoch ${this.#epoch}`)
    } catch (error) {
      if (!(error instanceof KafkaError) || error.code !== 'KAFKA_STORAGE_ERROR') throw error
      this.#note(`append refused: ${error.message}`)
    }
  }

  /** What a producer sends next, as far as the log that it has seen so far is concerned. */
  #producer(): { producerId?: number; producerEpoch?: number; baseSequence?: number } {
    const known = this.#log.producers()
    const chosen = known[this.#random.nextInt(known.length + 1)]
    if (chosen === undefined) return { producerId: this.#nextProducer++, producerEpoch: 0, baseSequence: 0 }
    const isNewEpoch = this.#random.nextInt(6) === 0
    return {
      producerId: chosen.producerId,
      producerEpoch: chosen.producerEpoch + (isNewEpoch ? 1 : 0),
      baseSequence: isNewEpoch ? 0 : chosen.lastSequence + 1,
    }
  }

  async #turn(): Promise<void> {
    if (this.#random.nextInt(4) === 0) this.#epoch++
    await this.#fixture.turn()
    this.#model.durable()
    this.#log.advanceHighWatermark(this.#log.durableOffset)
    this.#note(`turn: end ${this.#log.endOffset} written ${this.#log.writtenOffset} durable ${this.#log.durableOffset}`)
  }

  async #checkpoint(): Promise<void> {
    try {
      await this.#settle(this.#fixture.directory.routines.advanceRecoveryPoints())
      this.#note('recovery points advanced')
    } catch (error) {
      if (!(error instanceof Error)) throw error
      this.#note(`recovery points not advanced: ${error.message}`)
      this.#fixture.directory.storageFailed(error)
    }
  }

  async #advanceStart(): Promise<void> {
    const { startOffset, highWatermark } = this.#log
    const offset = startOffset + this.#random.nextInt(highWatermark - startOffset + 1)
    try {
      await this.#settle(this.#log.advanceStartOffset(offset))
      this.#model.startOffset = Math.max(this.#model.startOffset, offset)
      this.#note(`start at ${offset}`)
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
      this.#note(`start not moved: ${error.message}`)
    }
  }

  async #retention(): Promise<void> {
    this.#fixture.settings = { ...this.#fixture.settings, retentionBytes: this.#random.nextInt(3000) }
    try {
      const count = this.#log.deleteOldSegments()
      this.#model.startOffset = Math.max(this.#model.startOffset, this.#log.startOffset)
      this.#note(`retention took ${count} segments, start ${this.#log.startOffset}`)
      assert.ok(this.#log.startOffset <= this.#log.highWatermark, 'RT2: never at or above the high watermark')
    } catch (error) {
      if (!(error instanceof Error)) throw error
      this.#fixture.directory.storageFailed(error)
      this.#note(`retention failed: ${error.message}`)
    }
  }

  async #truncate(): Promise<void> {
    const { startOffset, endOffset } = this.#log
    const wanted = startOffset + this.#random.nextInt(endOffset - startOffset + 1)
    const boundary = this.#model.batches.findLast((batch) => batch.offset <= wanted)?.offset ?? wanted
    const offset = Math.max(boundary, startOffset)
    try {
      await this.#settle(this.#log.truncateTo(offset))
      this.#model.cutTo(offset)
      this.#note(`truncated to ${offset}, end ${this.#log.endOffset}`)
      this.#epoch++
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
      this.#note(`not truncated: ${error.message}`)
      // Whether the cut was made is not known; the next start tells. Without syncs the power cut after that may tell otherwise.
      this.#isUndecided = !this.#isFsync
      await this.#restart('kill', offset)
    }
  }

  #break(): void {
    const faults = [
      { on: 'write', give: 'short' },
      { on: 'write', give: 'ENOSPC' },
      { on: 'sync', give: 'EIO' },
      { on: 'write', give: 'EIO' },
      { on: 'open', give: 'EMFILE' },
      { on: 'sync directory', give: 'EIO' },
    ] as const
    const fault = faults[this.#random.nextInt(faults.length)] ?? faults[0]
    this.#disk.break({ ...fault, where: (path) => path.includes('orders-0') })
    this.#note(`break: ${fault.on} gives ${fault.give}`)
  }

  async #restart(how: 'clean' | 'kill' | 'power', mayBeCutTo?: number): Promise<void> {
    const { durableOffset } = this.#log
    const fileEnd = this.#log.writtenOffset
    // After a failure of the disk it may have fewer bytes than it showed.
    const failed = this.#fixture.directory.isOffline
    this.#disk.heal()
    if (how === 'clean') await this.#settle(this.#fixture.directory.close())
    else this.#fixture.directory.abandon()
    this.#disk = how === 'power' ? this.#disk.crash() : this.#disk.kill()
    this.#note(`${how}: end ${this.#log.endOffset} written ${fileEnd} durable ${durableOffset} failed ${failed}`)
    const model = this.#model
    model.log = undefined
    await this.#open()
    const log = this.#log
    this.#note(`opened: start ${log.startOffset} end ${log.endOffset} clean ${this.#fixture.directory.wasClean}`)

    let least = how === 'clean' && !failed ? model.end : how === 'kill' && !failed ? fileEnd : this.#isFsync ? durableOffset : 0
    if (mayBeCutTo !== undefined) least = Math.min(least, mayBeCutTo)
    assert.ok(log.endOffset >= least, `L4: the log ends at ${log.endOffset}, and ${least} was safe`)
    assert.ok(
      log.endOffset <= model.end || log.endOffset === log.startOffset,
      `L4: the log ends at ${log.endOffset}, and only ${model.end} was written`,
    )
    assert.ok(
      log.startOffset >= model.startOffset || !this.#isFsync,
      `RT3: the log starts at ${log.startOffset}, and started at ${model.startOffset}`,
    )
    model.cutTo(log.endOffset)
    model.startOffset = log.startOffset
    model.durable_ = log.durableOffset
    assert.equal(log.durableOffset, log.endOffset)
    this.#checkState()
    this.#epoch = Math.max(this.#epoch, log.latestEpoch) + this.#random.nextInt(2)
  }

  /** L3, L5: what is made of the batches is as if it were made of them now. */
  #checkState(): void {
    const { batches } = this.#model
    const log = this.#log
    const producers = new Map<number, string>()
    let epoch = -1
    for (const { bytes, offset, end } of batches) {
      const found = partitionLeaderEpoch(bytes, 0)
      assert.ok(found >= epoch, 'L3: epochs never fall')
      epoch = found
      if (end > log.startOffset && offset >= log.startOffset) assert.equal(log.epochAt(offset), found, `L3: epoch of ${offset}`)
      const id = Number(bytes.readBigInt64BE(43))
      if (id >= 0)
        producers.set(id, `${bytes.readInt16BE(51)} ${bytes.readInt32BE(53) + bytes.readInt32BE(23)} ${Number(bytes.readBigInt64BE(35))}`)
    }
    if (log.startOffset > (batches[0]?.offset ?? 0)) return
    const actual = log
      .producers()
      .map((entry) => [entry.producerId, `${entry.producerEpoch} ${entry.lastSequence} ${entry.lastTimestamp}`] as const)
    assert.deepEqual(
      new Map(actual.toSorted((a, b) => a[0] - b[0])),
      new Map([...producers].toSorted((a, b) => a[0] - b[0])),
      'L5: producer state',
    )
  }

  /** L2, L6: from each offset the batch that holds it, byte for byte. */
  async #checkReads(): Promise<void> {
    try {
      await this.#readBatches()
      this.#note('all offsets read')
    } catch (error) {
      if (!(error instanceof KafkaError) || error.code !== 'KAFKA_STORAGE_ERROR') throw error
      this.#note(`cannot read: ${error.message}`)
    }
  }

  async #readBatches(): Promise<void> {
    const log = this.#log
    for (const { offset, end, bytes } of this.#model.batches) {
      if (end <= log.startOffset || offset >= log.writtenOffset) continue
      const from = Math.max(log.startOffset, offset + this.#random.nextInt(end - offset))
      const maxBytes = this.#random.nextInt(1000)
      const slice = await this.#settle(read(log, from, { maxBytes, upToOffset: log.writtenOffset }))
      const found = Buffer.concat(slice.chunks)
      slice.release()
      assert.ok(found.subarray(0, bytes.length).equals(bytes), `L2: the batch at ${offset}, read from ${from}`)
      walkBatches(found, 0, found.length, (position) => {
        assert.ok(crcIsValid(found, position), 'L2: CRC')
        assert.ok(lastOffset(found, position) < log.writtenOffset, 'L6: nothing above the bound')
        assert.ok(baseOffset(found, position) >= offset)
      })
    }
  }

  /** Lets time pass until a promise is settled: syncs and reads take a while. */
  async #settle<T>(promise: Promise<T>): Promise<T> {
    const state = { isSettled: false }
    const done = promise.finally(() => {
      state.isSettled = true
    })
    done.catch(() => {})
    for (let i = 0; !state.isSettled && i < 500; i++) await this.#time.advance(20)
    assert.ok(state.isSettled, 'it takes for ever')
    return done
  }
}

test(`a log survives whatever happens to its process and its disk (${seeds} seeds)`, async () => {
  for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
    const run = new CrashRun(seed)
    try {
      await run.run()
    } catch (error) {
      throw new Error(`seed ${seed}: ${String(error)}\n  ${run.trace.slice(-40).join('\n  ')}`, { cause: error })
    }
  }
})
