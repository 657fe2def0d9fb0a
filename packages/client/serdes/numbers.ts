import { exactInt64At, int32At } from '@odradek/common/bytes'
import { bufferOf, checkSize, unwritable } from './fixed-size.ts'
import type { FixedSizeSerde } from './fixed-size.ts'

/** Java's Short: two bytes, big-endian. */
export const int16: FixedSizeSerde<number> = {
  fixedSize: 2,
  write(data, sink) {
    checkWhole('A whole number of 16 bits', data, 2 ** 15)
    sink.int16(data)
  },
  read(bytes) {
    checkSize('A number of 16 bits', bytes, 2)
    return bufferOf(bytes).readInt16BE(0)
  },
}

/** Java's Integer: four bytes, big-endian. */
export const int32: FixedSizeSerde<number> = {
  fixedSize: 4,
  write(data, sink) {
    checkWhole('A whole number of 32 bits', data, 2 ** 31)
    sink.int32(data)
  },
  read(bytes) {
    checkSize('A number of 32 bits', bytes, 4)
    return int32At(bytes, 0)
  },
}

/** Java's Long: eight bytes, big-endian. A number where it is exact as one, else a bigint. */
export const int64: FixedSizeSerde<number | bigint> = {
  fixedSize: 8,
  write(data, sink) {
    if (typeof data === 'bigint' ? BigInt.asIntN(64, data) !== data : !Number.isSafeInteger(data)) {
      throw unwritable('A whole number of 64 bits (a bigint beyond 2^53)', data)
    }
    sink.int64(data)
  },
  read(bytes) {
    checkSize('A number of 64 bits', bytes, 8)
    return exactInt64At(bufferOf(bytes), 0)
  },
}

/** Java's Long, always as a bigint. */
export const bigint64: FixedSizeSerde<bigint> = {
  fixedSize: 8,
  write(data, sink) {
    if (typeof data !== 'bigint' || BigInt.asIntN(64, data) !== data) throw unwritable('A bigint of 64 bits', data)
    sink.int64(data)
  },
  read(bytes) {
    checkSize('A number of 64 bits', bytes, 8)
    return bufferOf(bytes).readBigInt64BE(0)
  },
}

/** Java's Float: four bytes; a number is rounded to what fits. */
export const float32: FixedSizeSerde<number> = {
  fixedSize: 4,
  write(data, sink) {
    if (typeof data !== 'number') throw unwritable('A number', data)
    sink.float32(data)
  },
  read(bytes) {
    checkSize('A number of 32 bits', bytes, 4)
    return bufferOf(bytes).readFloatBE(0)
  },
}

/** Java's Double: eight bytes, every JavaScript number. */
export const float64: FixedSizeSerde<number> = {
  fixedSize: 8,
  write(data, sink) {
    if (typeof data !== 'number') throw unwritable('A number', data)
    sink.float64(data)
  },
  read(bytes) {
    checkSize('A number of 64 bits', bytes, 8)
    return bufferOf(bytes).readDoubleBE(0)
  },
}

function checkWhole(what: string, data: unknown, limit: number): asserts data is number {
  if (typeof data !== 'number' || !Number.isInteger(data) || data < -limit || data >= limit) throw unwritable(what, data)
}
