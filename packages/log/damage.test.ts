import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { MemoryDisk } from '@odradek/common/disk'
import { UserError } from '@odradek/common/errors'
import { KafkaError } from '@odradek/protocol'
import { baseOffset, batchSize, walkBatches } from '@odradek/protocol/records'
import { append, batchOf, LogFixture, read, readAll } from './log-fixture.ts'
import type { Log } from './log.ts'

/**
 * Each byte of each file is flipped, and files are cut and zeroed at many places: whatever happens, nobody gets a record that was
 * not written, and the broker starts again and again with the same result.
 */
const settings = { indexIntervalBytes: 0, segmentBytes: 700, segmentIndexBytes: 200 }

type Files = ReadonlyMap<string, Buffer>

async function template(end: 'clean' | 'killed' | 'killed, checkpointed'): Promise<{ files: Files; batches: Buffer[] }> {
  const fixture = await LogFixture.open({ settings })
  const log = fixture.log()
  for (let i = 0; i < 5; i++) {
    const batch = batchOf(3, {
      producerId: 5 + (i % 2),
      producerEpoch: 0,
      baseSequence: Math.floor(i / 2) * 3,
      value: Buffer.alloc(20, 97 + i),
      timestamp: fixture.time.now() + i,
    })
    await append(fixture, log, batch, { leaderEpoch: i, origin: 'client' })
  }
  const all = await readAll(log)
  const batches: Buffer[] = []
  walkBatches(all, 0, all.length, (position, size) => void batches.push(Buffer.from(all.subarray(position, position + size))))
  if (end === 'killed, checkpointed') await fixture.directory.routines.advanceRecoveryPoints()
  if (end === 'clean') await fixture.directory.close()
  else fixture.directory.abandon()
  return { files: filesOf(fixture), batches }
}

function filesOf(fixture: LogFixture): Map<string, Buffer> {
  const files = new Map<string, Buffer>()
  const visit = (directory: string): void => {
    for (const { name, isDirectory } of fixture.disk.list(directory)) {
      const path = `${directory}/${name}`
      if (isDirectory) visit(path)
      else files.set(path, fixture.disk.readFile(path))
    }
  }
  visit('/data')
  return files
}

function diskWith(files: Files): MemoryDisk {
  const disk = new MemoryDisk({ keepsDurable: false })
  for (const [path, bytes] of files) {
    disk.makeDirectory(path.slice(0, path.lastIndexOf('/')))
    const file = disk.open(path, 'create')
    file.writeSync(bytes, 0, bytes.length, 0)
    file.close()
  }
  return disk
}

const allowed = ['CORRUPT_MESSAGE', 'KAFKA_STORAGE_ERROR', 'OFFSET_OUT_OF_RANGE']

/** Reads everything, from each batch's first offset; gives what came of it, in words. */
async function harvest(log: Log, batches: readonly Buffer[], what: string): Promise<string> {
  let harvested = `${log.startOffset}..${log.endOffset}`
  for (const [index, batch] of batches.entries()) {
    try {
      const slice = await read(log, index * 3, { upToOffset: Number.MAX_SAFE_INTEGER })
      const bytes = Buffer.concat(slice.chunks)
      slice.release()
      if (bytes.length === 0) continue
      // Whatever comes must be what was written there.
      assert.equal(baseOffset(bytes, 0), index * 3, `${what}: the batch of another offset`)
      const found = bytes.subarray(0, batchSize(bytes, 0))
      // The epoch lies outside the CRC, and of the last batch nothing else tells what it was.
      found.fill(batch.subarray(12, 16), 12, 16)
      assert.ok(found.equals(batch), `${what}: another batch at ${index * 3}`)
      harvested += ' +'
    } catch (error) {
      if (!(error instanceof KafkaError) || !allowed.includes(error.code)) throw error
      harvested += ` ${error.code}`
    }
  }
  return harvested
}

/** Starts a broker on the files, twice, and reads. */
async function tryOut(files: Files, batches: readonly Buffer[], what: string): Promise<string> {
  const disk = diskWith(files)
  const outcomes: string[] = []
  for (const _ of [1, 2]) {
    try {
      const fixture = await LogFixture.open({ disk, settings })
      const log = fixture.log()
      outcomes.push(await harvest(log, batches, what))
      fixture.directory.abandon()
    } catch (error) {
      if (error instanceof UserError) return 'refused'
      if (error instanceof KafkaError && error.code === 'KAFKA_STORAGE_ERROR') outcomes.push('storage error')
      else throw new Error(`${what}: ${String(error)}`, { cause: error })
    }
  }
  return outcomes.join(' | ')
}

const isRebuilt = (path: string): boolean => /(\.index|\.timeindex|\.snapshot|leader-epoch-checkpoint)$/.test(path)

for (const end of ['clean', 'killed', 'killed, checkpointed'] as const) {
  test(`no flipped bit makes a wrong record (${end})`, async () => {
    const { files, batches } = await template(end)
    const sound = await tryOut(files, batches, `${end}: undamaged`)
    assert.match(sound, /^0\.\.15 \+ \+ \+ \+ \+ \| 0\.\.15 \+ \+ \+ \+ \+$/)
    for (const [path, bytes] of files) {
      // Index files of a log that was killed have megabytes of zeros.
      for (let at = 0; at < Math.min(bytes.length, 600); at++) {
        const damaged = Buffer.from(bytes)
        damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8))
        const found = await tryOut(new Map([...files, [path, damaged]]), batches, `${end}: bit ${at % 8} of byte ${at} of ${path}`)
        if (isRebuilt(path)) assert.equal(found, sound, `byte ${at} of ${path}`)
      }
    }
  })

  test(`no cut, zeroed or missing file makes a wrong record (${end})`, async () => {
    const { files, batches } = await template(end)
    const sound = await tryOut(files, batches, `${end}: undamaged`)
    for (const [path, bytes] of files) {
      const { length } = bytes
      const without = new Map(files)
      without.delete(path)
      const variants: [string, Files][] = [['missing', without]]
      for (let at = 0; at < Math.min(length, 1000); at += path.endsWith('.log') ? 3 : 1)
        variants.push([`cut at ${at}`, new Map([...files, [path, bytes.subarray(0, at)]])])
      for (let at = 0; at < Math.min(length, 1000); at += 7) {
        const zeroed = Buffer.from(bytes)
        zeroed.fill(0, at, Math.min(at + 20, length))
        variants.push([`zeros at ${at}`, new Map([...files, [path, zeroed]])])
      }
      for (const [what, changed] of variants) {
        const found = await tryOut(changed, batches, `${end}: ${path}, ${what}`)
        if (isRebuilt(path)) assert.equal(found, sound, `${path}, ${what}`)
      }
    }
  })
}
