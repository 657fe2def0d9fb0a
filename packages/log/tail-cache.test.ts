import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { SeededRandom } from '@odradek/common/random'
import { baseOffset, lastOffset, walkBatches } from '@odradek/protocol/records'
import { batchOf } from './log-fixture.ts'
import type { LogSlice } from './log.ts'
import { Tail } from './tail.ts'
import { TailCache } from './tail-cache.ts'

/** A log's end, and the file behind it. */
class Writer {
  readonly tail: Tail
  end = 0
  position = 0
  written = 0
  constructor(cache: TailCache) {
    this.tail = new Tail(cache)
  }

  append(count: number, bytes: number): void {
    const batch = batchOf(count, { baseOffset: this.end, value: Buffer.alloc(bytes, this.end % 251) })
    this.tail.add(batch, { segmentBase: 0, filePosition: this.position, baseOffset: this.end, nextOffset: this.end + count })
    this.end += count
    this.position += batch.length
  }

  write(): void {
    let expected: number | undefined
    this.tail.writeOut((_bytes, start, end, filePosition) => {
      assert.ok(expected === undefined || filePosition === expected, 'pieces follow each other in the file')
      expected = filePosition + end - start
    })
    assert.ok(expected === undefined || expected === this.position)
    this.written = this.end
  }
}

test('whatever happens, a tail is the unbroken end of its log, and the budget is kept', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = new SeededRandom(seed)
    const budgetBytes = [0, 40_000, 200_000, 2_000_000][random.nextInt(4)] ?? 0
    const cache = new TailCache({ budgetBytes })
    const writers = Array.from({ length: 1 + random.nextInt(6) }, () => new Writer(cache))
    const held: { slice: LogSlice; bytes: Buffer }[] = []
    for (let step = 0; step < 200; step++) {
      const writer = writers[random.nextInt(writers.length)]
      assert.ok(writer)
      const dice = random.nextInt(100)
      if (dice < 60) writer.append(1 + random.nextInt(4), random.nextInt(random.nextInt(10) === 0 ? 30_000 : 1000))
      else if (dice < 80) for (const one of writers) one.write()
      else if (dice < 82) cache.releaseIdle()
      else if (dice < 92) {
        const start = writer.tail.startOffset
        if (start === undefined || writer.written <= start) continue
        const slice = writer.tail.read(start + random.nextInt(writer.written - start), writer.written, random.nextInt(50_000), true)
        held.push({ slice, bytes: Buffer.concat(slice.chunks) })
        let next = -1
        walkBatches(Buffer.concat(slice.chunks), 0, slice.bytes, (position) => {
          const bytes = Buffer.concat(slice.chunks)
          assert.ok(next === -1 || baseOffset(bytes, position) === next)
          next = lastOffset(bytes, position) + 1
        })
      } else {
        const one = held.splice(random.nextInt(held.length + 1), 1)[0]
        if (one === undefined) continue
        assert.ok(Buffer.concat(one.slice.chunks).equals(one.bytes), `seed ${seed}: what a reader holds has changed`)
        one.slice.release()
      }
    }
    for (const writer of writers) writer.write()
    cache.trim()
    assert.ok(cache.usedBytes <= budgetBytes, `seed ${seed}: ${cache.usedBytes} of ${budgetBytes}`)
    for (const { slice } of held) slice.release()
    assert.equal(cache.pinnedBytes, 0)
  }
})

test('a log that fills its chunks gets larger ones, and one that appends slowly small ones', () => {
  const cache = new TailCache({ budgetBytes: 16 * 1024 * 1024 })
  const slow = new Writer(cache)
  slow.append(1, 100)
  assert.equal(cache.usedBytes, 16 * 1024)
  const fast = new Writer(cache)
  for (let i = 0; i < 2000; i++) fast.append(1, 1000)
  assert.ok(fast.tail.chunkCount <= 5, `${fast.tail.chunkCount} chunks`)
})

test('what is not written yet stays in memory, whatever the budget', () => {
  const cache = new TailCache({ budgetBytes: 0 })
  const writer = new Writer(cache)
  for (let i = 0; i < 100; i++) writer.append(1, 1000)
  assert.equal(writer.tail.startOffset, 0)
  writer.write()
  assert.equal(writer.tail.startOffset, undefined)
  assert.equal(cache.usedBytes, 0)
})
