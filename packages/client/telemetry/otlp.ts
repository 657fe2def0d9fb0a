import { Buffer } from 'node:buffer'
import { ByteWriter } from '@odradek/common/bytes'

/** One figure as OpenTelemetry has it. */
export interface OtlpPoint {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly value: number
  /** A sum grows, and counts since `startMs`; a gauge just is. */
  readonly kind: 'sum' | 'gauge'
  /** Milliseconds since 1970. */
  readonly startMs: number
}

// Numbers of fields in opentelemetry/proto/metrics/v1/metrics.proto and common.proto.
const lengthDelimited = 2
const fixed64 = 1
const varint = 0
const delta = 1
const cumulative = 2

/** OTLP's `MetricsData` in protobuf: what KIP-714 pushes. Nothing at all becomes no bytes. */
export function encodeMetrics(points: readonly OtlpPoint[], nowMs: number, temporality: 'delta' | 'cumulative'): Buffer {
  if (points.length === 0) return Buffer.alloc(0)
  const metrics = points.map((point) => message(2, metric(point, nowMs, temporality === 'delta' ? delta : cumulative)))
  const scope = message(2, [message(1, []), ...metrics])
  return message(1, [message(1, []), scope])
}

function metric(point: OtlpPoint, nowMs: number, temporality: number): readonly Buffer[] {
  const dataPoint = message(1, [
    nanos(2, point.startMs),
    nanos(3, nowMs),
    double(4, point.value),
    ...Object.entries(point.attributes).map(([key, value]) => message(7, [text(1, key), message(2, [text(1, value)])])),
  ])
  const name = text(1, point.name)
  if (point.kind === 'gauge') return [name, message(5, [dataPoint])]
  return [name, message(7, [dataPoint, number(2, temporality), number(3, 1)])]
}

function tagged(field: number, wireType: number, write: (writer: ByteWriter) => void): Buffer {
  const writer = new ByteWriter(64)
  writer.uvarint((field << 3) | wireType)
  write(writer)
  return writer.finish()
}

function message(field: number, parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  return tagged(field, lengthDelimited, (writer) => {
    writer.uvarint(content.length)
    writer.bytes(content)
  })
}

function text(field: number, value: string): Buffer {
  return tagged(field, lengthDelimited, (writer) => {
    writer.uvarint(Buffer.byteLength(value))
    writer.utf8(value)
  })
}

function number(field: number, value: number): Buffer {
  return tagged(field, varint, (writer) => writer.uvarint(value))
}

function double(field: number, value: number): Buffer {
  return tagged(field, fixed64, (writer) => {
    const at = writer.gap(8)
    writer.buffer.writeDoubleLE(value, at)
  })
}

function nanos(field: number, ms: number): Buffer {
  return tagged(field, fixed64, (writer) => {
    const at = writer.gap(8)
    writer.buffer.writeBigUInt64LE(BigInt(Math.round(ms)) * 1_000_000n, at)
  })
}
