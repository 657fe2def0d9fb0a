import type { Buffer } from 'node:buffer'
import { int64At } from '@odradek/common/bytes'
import * as batch from '@odradek/protocol/records'
import { JavaError } from '../java-error.ts'
import type { DumpOptions } from './dump-options.ts'

type Write = (text: string) => void

interface OffsetEntry {
  readonly offset: number
  readonly position: number
}

/** An offset index, 8 bytes an entry: offset − base, position. Gives entries that do not lead to the batch they name, by offset: index → log. */
export function dumpOffsetIndex(
  file: { readonly path: string; readonly base: number; readonly index: Buffer; readonly log: Buffer },
  options: DumpOptions,
  write: Write,
): ReadonlyMap<number, number> {
  const mismatches = new Map<number, number>()
  const entries = offsetEntries(file.index, file.base)
  if (entries.length === 0) {
    write(`${file.path} is empty.\n`)
    return mismatches
  }
  if (options.checksSanityOnly) {
    checkSize(file.path, file.index, 8)
    const last = entries.at(-1)
    if (last !== undefined && last.offset < file.base)
      throw corrupt(
        `Corrupt index found, index file (${file.path}) has non-zero size but the last offset is ${last.offset} which is less than the base offset ${file.base}`,
      )
    write(`${file.path} passed sanity check.\n`)
    return mismatches
  }
  for (const [at, { offset, position }] of entries.entries()) {
    // Behind the last entry a file that grows is full of zeros.
    if (offset === file.base && at > 0) break
    const found = position + batch.BATCH_HEADER_SIZE <= file.log.length ? batch.lastOffset(file.log, position) : -1
    if (found !== offset) mismatches.set(offset, found)
    if (!options.verifiesOnly) write(`offset: ${offset} position: ${position}\n`)
  }
  return mismatches
}

export interface TimeErrors {
  readonly mismatches: (readonly [index: number, log: number])[]
  readonly outOfOrder: (readonly [index: number, before: number])[]
  readonly notFound: (readonly [offset: number, found: number])[]
}

/** A time index, 12 bytes an entry: timestamp, offset − base. */
export async function dumpTimeIndex(
  file: { readonly path: string; readonly base: number; readonly index: Buffer; readonly offsets: Buffer; readonly log: Buffer },
  options: DumpOptions,
  write: Write,
): Promise<TimeErrors> {
  const errors: TimeErrors = { mismatches: [], outOfOrder: [], notFound: [] }
  if (options.checksSanityOnly) {
    checkSize(file.path, file.index, 12)
    write(`${file.path} passed sanity check.\n`)
    return errors
  }
  const offsets = offsetEntries(file.offsets, file.base)
  let before = -1
  for (let at = 0; at + 12 <= file.index.length; at += 12) {
    const timestamp = int64At(file.index, at)
    const offset = file.base + file.index.readInt32BE(at + 8)
    if (offset === file.base && at > 0) break
    const from = offsets.findLast((entry, index) => entry.offset <= offset && (entry.offset !== file.base || index === 0))?.position ?? 0
    const position = batchThatEndsBehind(file.log, from, offset)
    if (position === undefined) errors.notFound.push([offset, -1])
    else if (batch.lastOffset(file.log, position) !== offset) errors.notFound.push([offset, batch.lastOffset(file.log, position)])
    else {
      const largest = batch.findMaxTimestamp(await batch.openBatch(file.log, position, 1 << 30))?.timestamp ?? -1
      if (largest !== timestamp) errors.mismatches.push([timestamp, largest])
      if (before >= timestamp) errors.outOfOrder.push([timestamp, before])
    }
    if (!options.verifiesOnly) write(`timestamp: ${timestamp} offset: ${offset}\n`)
    before = timestamp
  }
  return errors
}

function batchThatEndsBehind(log: Buffer, from: number, offset: number): number | undefined {
  for (let position = from; position + batch.BATCH_HEADER_SIZE <= log.length; position += batch.batchSize(log, position)) {
    if (batch.batchSize(log, position) < batch.BATCH_HEADER_SIZE) return undefined
    if (batch.lastOffset(log, position) >= offset) return position
  }
  return undefined
}

function offsetEntries(index: Buffer, base: number): readonly OffsetEntry[] {
  return Array.from({ length: Math.floor(index.length / 8) }, (_, at) => ({
    offset: base + index.readInt32BE(at * 8),
    position: index.readInt32BE(at * 8 + 4),
  }))
}

function checkSize(path: string, index: Buffer, entrySize: number): void {
  if (index.length % entrySize !== 0)
    throw corrupt(`Index file ${path} is corrupt, found ${index.length} bytes which is neither positive nor a multiple of ${entrySize}`)
}

const corrupt = (message: string): JavaError => new JavaError('org.apache.kafka.storage.internals.log.CorruptIndexException', message)

/** The aborted transactions of a segment, 34 bytes each. */
export function dumpAborted(bytes: Buffer, write: Write): void {
  for (let at = 0; at + 34 <= bytes.length; at += 34) {
    write(
      `version: ${bytes.readInt16BE(at)} producerId: ${int64At(bytes, at + 2)} firstOffset: ${int64At(bytes, at + 10)} lastOffset: ${int64At(bytes, at + 18)} lastStableOffset: ${int64At(bytes, at + 26)}\n`,
    )
  }
}
