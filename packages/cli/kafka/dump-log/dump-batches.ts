import type { Buffer } from 'node:buffer'
import { codecs } from '@odradek/protocol/compression'
import * as batch from '@odradek/protocol/records'
import type { DumpOptions } from './dump-options.ts'

type BatchOptions = Pick<DumpOptions, 'printsContent' | 'looksDeep' | 'skipsMetadata' | 'decode' | 'maxBytes'>

/** Where a log is to be said of which offsets it leaps over: from → to. */
export type Leaps = (from: number, to: number) => void

/** Shows the batches of a log, and with `looksDeep` the records in each. `write` takes whole lines. */
export async function dumpBatches(
  name: string,
  log: Buffer,
  options: BatchOptions,
  { write, leaps }: { readonly write: (text: string) => Promise<void> | void; readonly leaps: Leaps },
): Promise<void> {
  const bytes = log.subarray(0, options.maxBytes)
  const place: Place = { lastOffset: -1 }
  let position = 0
  // A frame that does not end within the file is what a crash leaves behind: the rest is invalid.
  while (position + batch.BATCH_LENGTH_END <= bytes.length) {
    const size = batch.batchSize(bytes, position)
    if (size < batch.BATCH_HEADER_SIZE || position + size > bytes.length) break
    await write(`${batchLine(bytes, position)}\n`)
    if (options.looksDeep) await write(await recordLines(bytes, position, options, place, leaps))
    position += size
  }
  const left = bytes.length - position
  if (left > 0 && options.maxBytes === 2_147_483_647) await write(`Found ${left} invalid bytes at the end of ${name}\n`)
}

interface Place {
  lastOffset: number
}

function batchLine(bytes: Buffer, position: number): string {
  const horizon = batch.deleteHorizonMs(bytes, position)
  return [
    `baseOffset: ${batch.baseOffset(bytes, position)} lastOffset: ${batch.lastOffset(bytes, position)} count: ${batch.recordCount(bytes, position)}`,
    `baseSequence: ${batch.baseSequence(bytes, position)} lastSequence: ${batch.lastSequence(bytes, position)}`,
    `producerId: ${batch.producerId(bytes, position)} producerEpoch: ${batch.producerEpoch(bytes, position)}`,
    `partitionLeaderEpoch: ${batch.partitionLeaderEpoch(bytes, position)} isTransactional: ${batch.isTransactional(bytes, position)}`,
    `isControl: ${batch.isControlBatch(bytes, position)} deleteHorizonMs: ${horizon === undefined ? 'OptionalLong.empty' : `OptionalLong[${horizon}]`}`,
    `position: ${position} ${timestampType(bytes, position)}: ${batch.maxTimestamp(bytes, position)} size: ${batch.batchSize(bytes, position)}`,
    `magic: ${batch.magicOf(bytes, position)} compresscodec: ${codecs[batch.codecId(bytes, position)] ?? 'unknown'}`,
    `crc: ${batch.storedCrc(bytes, position)} isvalid: ${batch.crcIsValid(bytes, position)}`,
  ].join(' ')
}

const timestampType = (bytes: Buffer, position: number): string =>
  batch.hasLogAppendTime(bytes, position) ? 'LogAppendTime' : 'CreateTime'

async function recordLines(bytes: Buffer, position: number, options: BatchOptions, place: Place, leaps: Leaps): Promise<string> {
  const cursor = await batch.openBatch(bytes, position, 1 << 30)
  const isControl = batch.isControlBatch(bytes, position)
  const type = timestampType(bytes, position)
  const firstSequence = batch.baseSequence(bytes, position)
  const lines: string[] = []
  while (cursor.next()) {
    const { offset } = cursor
    if (offset !== place.lastOffset + 1) leaps(place.lastOffset, offset)
    place.lastOffset = offset
    let line = ''
    if (!options.skipsMetadata) {
      const sequence = firstSequence < 0 ? -1 : batch.sequenceAfter(firstSequence, cursor.offsetDelta)
      const headers = headerKeys(cursor).join(',')
      line = `| offset: ${offset} ${type}: ${cursor.timestamp} keySize: ${cursor.keyLength} valueSize: ${cursor.valueLength} sequence: ${sequence} headerKeys: [${headers}]`
      if (isControl) line += controlWords(cursor)
    }
    if (options.printsContent && !isControl) {
      const { key, payload } = options.decode(keyOf(cursor), valueOf(cursor), offset)
      const words = [key === undefined ? undefined : `key: ${key}`, payload === undefined ? undefined : `payload: ${payload}`].filter(
        (word) => word !== undefined,
      )
      if (words.length > 0) line += `${options.skipsMetadata ? '| ' : ' '}${words.join(' ')}`
    }
    lines.push(`${line}\n`)
  }
  return lines.join('')
}

function controlWords(cursor: batch.RecordCursor): string {
  const marker = batch.readMarker(cursor)
  if (marker !== undefined) return ` endTxnMarker: ${marker.type.toUpperCase()} coordinatorEpoch: ${marker.coordinatorEpoch}`
  const type = cursor.keyLength < 4 ? -1 : cursor.buffer.readInt16BE(cursor.keyStart + 2)
  return ` controlType: UNKNOWN(${type})`
}

const keyOf = ({ buffer, keyStart, keyLength }: batch.RecordCursor): Buffer | null =>
  keyLength < 0 ? null : buffer.subarray(keyStart, keyStart + keyLength)
const valueOf = ({ buffer, valueStart, valueLength }: batch.RecordCursor): Buffer | null =>
  valueLength < 0 ? null : buffer.subarray(valueStart, valueStart + valueLength)

/** Of the headers only the names are shown. */
function headerKeys(cursor: batch.RecordCursor): readonly string[] {
  const { buffer } = cursor
  let position = cursor.headersStart
  return Array.from({ length: cursor.headerCount }, () => {
    const size = batch.varintAt(buffer, position)
    position = batch.afterVarint(buffer, position)
    const key = buffer.toString('utf8', position, position + size)
    position += size
    const value = batch.varintAt(buffer, position)
    position = batch.afterVarint(buffer, position) + Math.max(0, value)
    return key
  })
}
