import type { HeadersInput } from '../headers.ts'
import { ClientError } from '../errors/index.ts'
import type { Serde, SerdeContext } from '../serdes/serde.ts'
import type { RecordSink } from './record-sink.ts'
import { isPairs, WrittenHeaders } from './written-headers.ts'

/** How keys or values of a topic are written. */
export interface PartWriter {
  /** Undefined: bytes or text as they are. */
  readonly serde: Serde<unknown> | undefined
  readonly context: SerdeContext
  /** Bytes that the length of the last one took: the next takes as many nearly always. */
  lengthWidth: number
}

/** Byte of the varint −1. */
const nullLength = 1

/** Writes a key or value behind its length. Throws ODRADEK_SERIALIZATION, or what the serializer throws. */
export function writePart(sink: RecordSink, datum: unknown, writer: PartWriter, headers: HeadersInput | undefined): void {
  const { serde } = writer
  if (serde === undefined) return writeRaw(sink, datum, writer)
  if (datum === null || datum === undefined) return writeNull(sink, datum, writer)
  const width = writer.lengthWidth
  const at = sink.gap(width)
  const context = headers === undefined ? writer.context : withHeaders(writer.context, headers)
  let result: unknown
  try {
    result = serde.write(datum, sink, context)
  } catch (error) {
    throw serializationError(writer, error)
  }
  if (result !== undefined) checkResult(result, writer)
  writer.lengthWidth = sink.fillGap(at, width)
}

/** Some serializers give back whatever their last line gave; but a promise has not written yet, and bytes were not written. */
function checkResult(result: unknown, { context: { topic, part } }: PartWriter): void {
  const isPromise = typeof result === 'object' && result !== null && 'then' in result
  if (!isPromise && !(result instanceof Uint8Array)) return
  // What it does now comes too late, and nobody else hears of its failure.
  if (isPromise) Promise.resolve(result).catch(() => undefined)
  throw new ClientError(
    'ODRADEK_SERIALIZATION',
    `The serializer for the ${part} of ${topic} has given ${isPromise ? 'a promise' : 'bytes'}`,
    {
      hint: isPromise
        ? 'write() must be synchronous: what has to be fetched first is fetched in prepareWrite().'
        : 'write(data, sink) writes into the sink; for a function that gives bytes there is serde(write, read).',
    },
  )
}

function writeRaw(sink: RecordSink, datum: unknown, writer: PartWriter): void {
  if (datum instanceof Uint8Array) {
    sink.length(datum.length)
    sink.bytes(datum)
  } else if (typeof datum === 'string') {
    const width = writer.lengthWidth
    const at = sink.gap(width)
    sink.utf8(datum)
    writer.lengthWidth = sink.fillGap(at, width)
  } else writeNull(sink, datum, writer)
}

function writeNull(sink: RecordSink, datum: unknown, { serde, context: { topic, part } }: PartWriter): void {
  if (datum === null || (datum === undefined && part === 'key')) {
    if (serde === undefined || serde.takesNull === true) return sink.int8(nullLength)
    throw new ClientError(
      'ODRADEK_SERIALIZATION',
      `The ${part} of a record for ${topic} is null, and the serde of the topic takes no null`,
      {
        hint: `Declare the topic with nullable(…) around the serde of its ${part}.`,
      },
    )
  }
  const what = datum === undefined ? 'is not given' : `is of type ${typeof datum}`
  const hint =
    serde === undefined
      ? 'Without a serde it has to be a Uint8Array, a string or null: use topic(name, { key, value }) for other types.'
      : `Give one, or null for a tombstone where the topic declares nullable(…) around the serde of its ${part}.`
  throw new ClientError('ODRADEK_SERIALIZATION', `The ${part} of a record for ${topic} ${what}`, { hint })
}

function serializationError({ context: { topic, part } }: PartWriter, cause: unknown): unknown {
  // Size is not the serializer's mistake; it has its own code.
  if (cause instanceof Error && 'code' in cause && cause.code === 'MESSAGE_TOO_LARGE') return cause
  // Our own serdes know what is wrong with a datum, but not whose it is.
  if (cause instanceof ClientError && cause.code === 'ODRADEK_SERIALIZATION') {
    return new ClientError('ODRADEK_SERIALIZATION', `The ${part} of a record for ${topic} can't be written: ${cause.message}`, { cause })
  }
  const said = cause instanceof Error ? cause.message : String(cause)
  return new ClientError('ODRADEK_SERIALIZATION', `The serializer for the ${part} of ${topic} has thrown: ${said}`, {
    cause,
    hint: 'Nothing of the record was sent; records before and after it are.',
  })
}

/** Writes the headers of a record, their count first. */
export function writeHeaders(sink: RecordSink, headers: HeadersInput | undefined): void {
  if (headers === undefined) return sink.int8(0)
  if (typeof headers !== 'object') throw new TypeError('headers are no object')
  if (isPairs(headers)) {
    const pairs = Array.isArray(headers) ? headers : [...headers]
    sink.varint(pairs.length)
    for (const [key, value] of pairs) writeHeader(sink, key, value)
  } else {
    const keys = Object.keys(headers)
    sink.varint(keys.length)
    for (const key of keys) writeHeader(sink, key, headers[key])
  }
}

function writeHeader(sink: RecordSink, key: unknown, value: unknown): void {
  if (typeof key !== 'string') throw new ClientError('ODRADEK_SERIALIZATION', `The key of a header is of type ${typeof key}, not a string`)
  writeText(sink, key)
  if (value === null) sink.int8(nullLength)
  else if (typeof value === 'string') writeText(sink, value)
  else if (value instanceof Uint8Array) {
    sink.varint(value.length)
    sink.bytes(value)
  } else {
    throw new ClientError('ODRADEK_SERIALIZATION', `The header ${key} is of type ${typeof value}`, {
      hint: 'A header is a string, a Uint8Array or null.',
    })
  }
}

function writeText(sink: RecordSink, text: string): void {
  const at = sink.gap(1)
  sink.utf8(text)
  sink.fillGap(at, 1)
}

function withHeaders(context: SerdeContext, headers: HeadersInput): SerdeContext {
  return { topic: context.topic, part: context.part, headers: new WrittenHeaders(headers) }
}
