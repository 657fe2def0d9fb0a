import { Buffer } from 'node:buffer'
import { crc32c } from '@odradek/common/bytes'

/**
 * What the value of every record is: who it is, where it belongs, and a checksum over both. A record that turns up in another topic,
 * or with a changed byte, gives itself away (CL3).
 */
export interface Payload {
  /** Unique in the run, and growing in the order in which records are sent. */
  readonly value: number
  readonly topic: number
  /** −1 where the client chooses. */
  readonly partition: number
  /** Of a copy: the record that it is a copy of, else 0. */
  readonly source: number
}

const magic = 0x0dadecc5
const headBytes = 28

export function writePayload({ value, topic, partition, source }: Payload, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(Math.max(headBytes, size))
  bytes.writeUInt32BE(magic, 0)
  bytes.writeUInt32BE(value, 4)
  bytes.writeInt32BE(topic, 8)
  bytes.writeInt32BE(partition, 12)
  bytes.writeUInt32BE(source, 16)
  bytes.writeUInt32BE(bytes.length, 20)
  bytes.fill(value & 0xff, headBytes)
  bytes.writeUInt32BE(checksum(bytes), 24)
  return bytes
}

/** Undefined when these bytes are none, or not all of one. */
export function readPayload(bytes: Uint8Array | null): Payload | undefined {
  if (bytes === null || bytes.length < headBytes) return undefined
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (view.readUInt32BE(0) !== magic || view.readUInt32BE(20) !== view.length || view.readUInt32BE(24) !== checksum(view)) return undefined
  return { value: view.readUInt32BE(4), topic: view.readInt32BE(8), partition: view.readInt32BE(12), source: view.readUInt32BE(16) }
}

function checksum(bytes: Buffer): number {
  return (crc32c(bytes, 0, 24) ^ crc32c(bytes, headBytes, bytes.length)) >>> 0
}
