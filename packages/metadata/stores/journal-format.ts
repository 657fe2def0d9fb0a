import { crc32c } from '@odradek/common/bytes'
import type { JsonValue } from '../store.ts'
import type { Entry, Write } from './entries.ts'

/**
 * The bytes of `cluster-metadata.journal`. All integers are big-endian.
 *
 *     header   8 bytes "ODRADEKM", uint32 format version, uint32 CRC-32C of the twelve bytes before
 *     frames   uint32 "FRME", uint32 CRC-32C of all that follows, uint32 length of the body, body (JSON, UTF-8)
 *
 * The checksum covers the length too: a header of which a power cut left only the first four bytes, and zeros for the rest,
 * would else be an intact frame without a body.
 *
 * The first frames hold a snapshot, `{"entries":[[key, value, createRevision, modRevision, ephemeral?], …]}`, and end with
 * `{"end":{"revision":n,"entries":n}}`. Each later frame is what one fsync made durable: `{"commits":[[revision, [[key, value,
 * ephemeral?] or, for a deletion, [key], …]], …]}`. So at most the last frame can be torn.
 */
export const formatVersion = 1
export const headerSize = 16
export const frameHeaderSize = 12

const headerMagic = 'ODRADEKM'
const frameMagic = Buffer.from('FRME')

/** A commit on its way to the disk, or back. */
export interface JournalCommit {
  readonly revision: number
  readonly writes: readonly Write[]
}

export type FrameBody =
  | { readonly kind: 'entries'; readonly entries: readonly Entry[] }
  | { readonly kind: 'end'; readonly revision: number; readonly entries: number }
  | { readonly kind: 'commits'; readonly commits: readonly JournalCommit[] }

export function encodeHeader(): Buffer {
  const header = Buffer.alloc(headerSize)
  header.write(headerMagic, 0, 'latin1')
  header.writeUInt32BE(formatVersion, 8)
  header.writeUInt32BE(crc32c(header, 0, 12), 12)
  return header
}

/** The format version, or undefined when these bytes are not an intact header. */
export function decodeHeader(bytes: Buffer): number | undefined {
  if (bytes.length < headerSize || bytes.toString('latin1', 0, 8) !== headerMagic) return undefined
  return bytes.readUInt32BE(12) === crc32c(bytes, 0, 12) ? bytes.readUInt32BE(8) : undefined
}

export function encodeFrame(body: FrameBody): Buffer {
  const json = JSON.stringify(jsonOf(body))
  const length = Buffer.byteLength(json)
  const frame = Buffer.allocUnsafe(frameHeaderSize + length)
  frameMagic.copy(frame)
  frame.writeUInt32BE(length, 8)
  frame.write(json, frameHeaderSize)
  frame.writeUInt32BE(crc32c(frame, 8, frame.length), 4)
  return frame
}

/** Where the frame at `position` ends, or undefined when there is no intact frame. */
export function frameEnd(bytes: Buffer, position: number): number | undefined {
  const body = position + frameHeaderSize
  if (body > bytes.length || bytes.compare(frameMagic, 0, 4, position, position + 4) !== 0) return undefined
  const end = body + bytes.readUInt32BE(position + 8)
  if (end > bytes.length) return undefined
  return bytes.readUInt32BE(position + 4) === crc32c(bytes, position + 8, end) ? end : undefined
}

/** The first intact frame at or after `position`, wherever it begins. Only asked for where something is broken. */
export function nextFrame(bytes: Buffer, position: number): number | undefined {
  for (let at = bytes.indexOf(frameMagic, position); at !== -1; at = bytes.indexOf(frameMagic, at + 1)) {
    if (frameEnd(bytes, at) !== undefined) return at
  }
  return undefined
}

/** The body of an intact frame. Undefined when its JSON has another shape: intact, but nothing that we write. */
export function decodeFrame(bytes: Buffer, position: number, end: number): FrameBody | undefined {
  const json = parse(bytes.toString('utf8', position + frameHeaderSize, end))
  if (!isObject(json)) return undefined
  if (json['end'] !== undefined) return decodeEnd(json['end'])
  if (json['entries'] !== undefined) {
    const entries = listOf(json['entries'], decodeEntry)
    return entries && { kind: 'entries', entries }
  }
  const commits = listOf(json['commits'], decodeCommit)
  return commits && { kind: 'commits', commits }
}

function jsonOf(body: FrameBody): JsonValue {
  if (body.kind === 'end') return { end: { revision: body.revision, entries: body.entries } }
  if (body.kind === 'entries') return { entries: body.entries.map(entryJson) }
  return { commits: body.commits.map(({ revision, writes }) => [revision, writes.map(writeJson)]) }
}

function entryJson({ key, value, createRevision, modRevision, ephemeral }: Entry): JsonValue {
  return ephemeral ? [key, value, createRevision, modRevision, true] : [key, value, createRevision, modRevision]
}

function writeJson({ key, value, ephemeral }: Write): JsonValue {
  if (value === undefined) return [key]
  return ephemeral ? [key, value, true] : [key, value]
}

function decodeEntry(json: JsonValue): Entry | undefined {
  if (!isList(json)) return undefined
  const [key, value, createRevision, modRevision, ephemeral] = json
  if (typeof key !== 'string' || value === undefined) return undefined
  if (typeof createRevision !== 'number' || typeof modRevision !== 'number') return undefined
  return { key, value, createRevision, modRevision, ephemeral: ephemeral === true }
}

function decodeCommit(json: JsonValue): JournalCommit | undefined {
  if (!isList(json)) return undefined
  const [revision, list] = json
  const writes = listOf(list, decodeWrite)
  return typeof revision === 'number' && writes !== undefined ? { revision, writes } : undefined
}

function decodeWrite(json: JsonValue): Write | undefined {
  if (!isList(json)) return undefined
  const [key, value, ephemeral] = json
  return typeof key === 'string' ? { key, value, ephemeral: ephemeral === true } : undefined
}

function decodeEnd(json: JsonValue): FrameBody | undefined {
  if (!isObject(json)) return undefined
  const { revision, entries } = json
  return typeof revision === 'number' && typeof entries === 'number' ? { kind: 'end', revision, entries } : undefined
}

function listOf<T>(json: JsonValue | undefined, decode: (element: JsonValue) => T | undefined): readonly T[] | undefined {
  if (!isList(json)) return undefined
  const list: T[] = []
  for (const element of json) {
    const decoded = decode(element)
    if (decoded === undefined) return undefined
    list.push(decoded)
  }
  return list
}

function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isList(json: JsonValue | undefined): json is readonly JsonValue[] {
  return Array.isArray(json)
}

function isObject(json: JsonValue | undefined): json is { readonly [key: string]: JsonValue } {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}
