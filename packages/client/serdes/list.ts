import type { Bytes } from '../bytes.ts'
import { bufferOf, isFixedSize, unreadable, unwritable } from './fixed-size.ts'
import type { Serde, SerdeContext } from './serde.ts'
import { WriterSink } from './writer-sink.ts'

const fixedSize = 0
const variableSize = 1
const nullLength = -1

/**
 * A list, in the form of Java's ListSerializer. Where all data of the inner serde take the same size, the lengths are left out and the places of nulls listed instead:
 *
 * ```
 * int32  [1, null, 2]     00 │ 00000001 00000001 │ 00000003 │ 00000001 00000002
 * string ['a', null]      01 │ 00000002 │ 00000001 61 │ ffffffff
 * ```
 *
 * Null is an element only of `list(nullable(…))`.
 */
export function list<T>(inner: Serde<T>): Serde<T[]> {
  return {
    write(data, sink, context) {
      if (!Array.isArray(data)) throw unwritable('An array', data)
      const nulls = data.flatMap((element, index) => (element === null ? [index] : []))
      if (nulls.length > 0 && inner.takesNull !== true)
        throw unwritable(`Element ${nulls[0]}, which is no null (or list(nullable(…)))`, null)
      if (isFixedSize(inner)) {
        sink.int8(fixedSize)
        sink.int32(nulls.length)
        for (const index of nulls) sink.int32(index)
        sink.int32(data.length)
        for (const element of data) if (element !== null) inner.write(element, sink, context)
        return
      }
      sink.int8(variableSize)
      sink.int32(data.length)
      // A length stands before its element, and the sink of a batch can't go back.
      const apart = new WriterSink()
      for (const element of data) {
        if (element === null) {
          sink.int32(nullLength)
          continue
        }
        inner.write(element, apart, context)
        const bytes = apart.take()
        sink.int32(bytes.length)
        sink.bytes(bytes)
      }
    },
    read: (bytes, context) => readList(bytes, inner, context),
    ...(inner.prepareWrite === undefined ? {} : { prepareWrite: (context) => inner.prepareWrite?.(context) }),
  }
}

function readList<T>(bytes: Bytes, inner: Serde<T>, context: SerdeContext): T[] {
  const buffer = bufferOf(bytes)
  let position = 1
  const int32 = (): number => {
    if (position + 4 > buffer.length) throw unreadable('A list ends before its time')
    position += 4
    return buffer.readInt32BE(position - 4)
  }
  /** A count of things that take `least` bytes each; a false one can't make a long list. */
  const count = (least: number): number => {
    const value = int32()
    if (value < 0 || value * least > buffer.length - position)
      throw unreadable(`A list of ${buffer.length} bytes can't have ${value} elements`)
    return value
  }
  const element = (length: number): T => {
    if (length < 0 || position + length > buffer.length) throw unreadable('An element of a list is longer than the list')
    position += length
    return inner.read(buffer.subarray(position - length, position), context)
  }
  const nothing = (index: number): T => {
    const none: unknown = null
    if (isNullFor(inner, none)) return none
    throw unreadable(`Element ${index} of a list is null; declare it with list(nullable(…))`)
  }
  const data: T[] = []
  if (buffer[0] === fixedSize) {
    if (!isFixedSize(inner)) throw unreadable('This list has elements of one size, and those of its serde have different ones')
    const nulls = new Set(Array.from({ length: count(4) }, int32))
    const size = int32()
    if (size < nulls.size || (size - nulls.size) * inner.fixedSize !== buffer.length - position) {
      throw unreadable(`A list of ${buffer.length} bytes can't have ${size} elements`)
    }
    for (let index = 0; index < size; index++) data.push(nulls.has(index) ? nothing(index) : element(inner.fixedSize))
  } else if (buffer[0] === variableSize) {
    const size = count(4)
    for (let index = 0; index < size; index++) {
      const length = int32()
      data.push(length === nullLength ? nothing(index) : element(length))
    }
  } else throw unreadable(`A list begins with 0 or 1, and these bytes with ${buffer[0] ?? 'nothing'}`)
  if (position !== buffer.length) throw unreadable(`${buffer.length - position} bytes follow behind a list`)
  return data
}

/** Where a serde takes null, null is a `T`. */
function isNullFor<T>(inner: Serde<T>, value: unknown): value is T {
  return value === null && inner.takesNull === true
}
