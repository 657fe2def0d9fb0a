import { int32At, ZERO_UUID } from '@odradek/common/bytes'
import type { ByteReader, ByteWriter, Uuid } from '@odradek/common/bytes'
import { Produce } from '@odradek/protocol/messages'
import type { ReadOf, ResponseOf, WriteOf } from '@odradek/protocol/schema'

/**
 * `Produce` with its usual messages written and read by hand.
 *
 * The codec that is made from the declaration asks each field how it is done, which for one awaited record costs as much as everything else
 * that this client does for it. What is not usual (an error, tagged fields, old versions) is left to that codec, and so is saying what is wrong with a message.
 */
export const UsualProduce: typeof Produce = { ...Produce, encodeRequest, decodeResponse }

type Request = WriteOf<(typeof Produce)['request']>
type Response = ReadOf<(typeof Produce)['response']>
type Topic = Response['responses'][number]
type Partition = Topic['partitionResponses'][number]

/** Topics have an id from here on, and names before; below `firstFlexible` both messages look different. */
const firstFlexible = 9
const firstWithIds = 13
/** Far below what a message can carry; a longer one is the business of the other codec. */
const longestText = 1000

function encodeRequest(writer: ByteWriter, request: Request, version: number): void {
  const { transactionalId = null, topicData } = request
  if (!isUsual(version) || 'unknownTags' in request || (transactionalId?.length ?? 0) > longestText)
    return Produce.encodeRequest(writer, request, version)
  if (transactionalId === null) writer.uvarint(0)
  else writer.utf8WithUvarintLength(transactionalId)
  writer.int16(request.acks)
  writer.int32(request.timeoutMs)
  writer.uvarint(topicData.length + 1)
  for (const { name = '', topicId = ZERO_UUID, partitionData } of topicData) {
    if (version >= firstWithIds) writer.uuid(topicId)
    else writer.utf8WithUvarintLength(name)
    writer.uvarint(partitionData.length + 1)
    for (const { index, records } of partitionData) {
      writer.int32(index)
      if (records === null) writer.uvarint(0)
      else {
        writer.uvarint(sizeOf(records) + 1)
        writer.attach(records)
      }
      writer.uvarint(0)
    }
    writer.uvarint(0)
  }
  writer.uvarint(0)
}

function decodeResponse(reader: ByteReader, version: number): ResponseOf<typeof Produce> {
  const start = reader.position
  const usual = isUsual(version) ? readUsual(reader, version) : undefined
  if (usual !== undefined) return usual
  reader.position = start
  return Produce.decodeResponse(reader, version)
}

const isUsual = (version: number): boolean => version >= firstFlexible && version <= Produce.versions[1]

const sizeOf = (records: Uint8Array | readonly Uint8Array[]): number =>
  records instanceof Uint8Array ? records.length : records.reduce((sum, { length }) => sum + length, 0)

/** Undefined: there is more in it than that all was written, or it is too short. */
function readUsual(reader: ByteReader, version: number): Response | undefined {
  const responses: Topic[] = []
  for (let left = countAt(reader, leastTopic); left > 0; left--) {
    const topic = readTopic(reader, version)
    if (topic === undefined) return undefined
    responses.push(topic)
  }
  if (responses.length === 0 || reader.remaining < 5) return undefined
  const throttleTimeMs = reader.int32()
  return reader.uint8() === 0 ? { responses, throttleTimeMs, nodeEndpoints: [] } : undefined
}

function readTopic(reader: ByteReader, version: number): Topic | undefined {
  let name = ''
  let topicId: Uuid = ZERO_UUID
  if (version >= firstWithIds) {
    if (reader.remaining < 16) return undefined
    topicId = uuidAt(reader)
  } else {
    const size = reader.remaining > 0 ? reader.uint8() - 1 : -1
    // Longer names have a longer length.
    if (size < 0 || size >= 127 || size > reader.remaining) return undefined
    name = reader.utf8(size)
  }
  const partitionResponses: Partition[] = []
  for (let left = countAt(reader, partitionSize); left > 0; left--) {
    const partition = readPartition(reader)
    if (partition === undefined) return undefined
    partitionResponses.push(partition)
  }
  if (partitionResponses.length === 0 || reader.remaining < 1 || reader.uint8() !== 0) return undefined
  return { name, topicId, partitionResponses }
}

function readPartition(reader: ByteReader): Partition | undefined {
  if (reader.remaining < partitionSize) return undefined
  const index = reader.int32()
  const errorCode = reader.int16()
  if (errorCode !== 0) return undefined
  const baseOffset = reader.int64Nearest()
  const logAppendTimeMs = reader.int64Nearest()
  const logStartOffset = reader.int64Nearest()
  if (!Number.isSafeInteger(baseOffset) || !Number.isSafeInteger(logStartOffset)) return undefined
  // No errors of records, no message, no tags.
  if (reader.uint8() !== 1 || reader.uint8() !== 0 || reader.uint8() !== 0) return undefined
  const errorMessage = null
  return { index, errorCode, baseOffset, logAppendTimeMs, logStartOffset, recordErrors: [], errorMessage, currentLeader: nobody }
}

/** How many elements follow. −1, and so none, when they can't all be there. */
function countAt(reader: ByteReader, leastSize: number): number {
  if (reader.remaining < 1) return -1
  const count = reader.uint8() - 1
  return count < 127 && count * leastSize <= reader.remaining ? count : -1
}

/** Nearly every answer is about the topic that the last one was about, and a new string costs more than to compare. */
function uuidAt(reader: ByteReader): Uuid {
  const { buffer, position: at } = reader
  const [a, b, c, d] = [int32At(buffer, at), int32At(buffer, at + 4), int32At(buffer, at + 8), int32At(buffer, at + 12)]
  if (a === last.a && b === last.b && c === last.c && d === last.d) reader.skip(16)
  else last = { a, b, c, d, uuid: reader.uuid() }
  return last.uuid
}

let last: { readonly a: number; readonly b: number; readonly c: number; readonly d: number; readonly uuid: Uuid } = {
  a: 0,
  b: 0,
  c: 0,
  d: 0,
  uuid: ZERO_UUID,
}

const nobody = Object.freeze({ leaderId: -1, leaderEpoch: -1 })
/** Index, code, three times 64 bits, two lists or texts that are not there, tags. */
const partitionSize = 4 + 2 + 24 + 3
const leastTopic = 1 + 1 + 1
