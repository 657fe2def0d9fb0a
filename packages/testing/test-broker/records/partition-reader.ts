import { Buffer } from 'node:buffer'
import type { Disk } from '@odradek/common/disk'
import { baseOffset, isControlBatch, nextOffset, openBatchSync, walkBatches } from '@odradek/protocol/records'
import type { TestRecord } from './test-record.ts'
import { recordAt } from './test-record.ts'

/** What a reader has to know of a partition. */
export interface ReadablePartition {
  readonly topic: string
  readonly partition: number
  readonly log: { readonly startOffset: number; readonly highWatermark: number }
}

/** What one batch may inflate to. */
const inflateBytes = 256 << 20

/**
 * Reads the records of a partition that consumers may see, each once, out of the files of its log: a test gets them without a turn of the event loop, and
 * the broker takes no notice.
 */
export class PartitionReader {
  readonly #disk: Disk
  readonly #directoryOf: () => string
  readonly #partition: ReadablePartition
  #nextOffset = 0
  /** Where in which segment the batch of `#nextOffset` begins, or one before it. */
  #segment = ''
  #position = 0

  constructor(disk: Disk, directoryOf: () => string, partition: ReadablePartition) {
    this.#disk = disk
    this.#directoryOf = directoryOf
    this.#partition = partition
  }

  /** The records that have come since the last call. */
  read(): readonly TestRecord[] {
    const { startOffset, highWatermark } = this.#partition.log
    const found: TestRecord[] = []
    this.#nextOffset = Math.max(this.#nextOffset, startOffset)
    if (this.#nextOffset >= highWatermark) return found
    const directory = this.#directoryOf()
    for (const segment of this.#segmentsFrom(directory, this.#nextOffset)) this.#readSegment(directory, segment, highWatermark, found)
    return found
  }

  #segmentsFrom(directory: string, offset: number): readonly string[] {
    const names = this.#disk
      .list(directory)
      .map(({ name }) => name)
      .filter((name) => name.endsWith('.log'))
    // Sorted by their first offsets.
    const first = names.findLastIndex((name) => Number.parseInt(name, 10) <= offset)
    return names.slice(Math.max(0, first))
  }

  #readSegment(directory: string, name: string, highWatermark: number, found: TestRecord[]): void {
    const { topic, partition } = this.#partition
    const start = name === this.#segment ? this.#position : 0
    const bytes = this.#bytesOf(`${directory}/${name}`, start)
    this.#segment = name
    this.#position = start
    walkBatches(bytes, 0, bytes.length, (position, size) => {
      if (baseOffset(bytes, position) >= highWatermark) return false
      this.#position = start + position + size
      if (nextOffset(bytes, position) <= this.#nextOffset) return true
      if (!isControlBatch(bytes, position)) {
        const cursor = openBatchSync(bytes, position, inflateBytes)
        while (cursor.next()) if (cursor.offset >= this.#nextOffset) found.push(recordAt(cursor, topic, partition))
      }
      this.#nextOffset = nextOffset(bytes, position)
      return true
    })
  }

  #bytesOf(path: string, start: number): Buffer {
    const file = this.#disk.open(path, 'read')
    try {
      const bytes = Buffer.allocUnsafe(Math.max(0, file.size() - start))
      return bytes.subarray(0, file.readSync(bytes, 0, bytes.length, start))
    } finally {
      file.close()
    }
  }
}
