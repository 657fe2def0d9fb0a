import assert from 'node:assert/strict'
import { MalformedBytes } from '@odradek/common/bytes'
import type { ByteReader } from '@odradek/common/bytes'
import type { Codec, Context } from './codec.ts'
import { compactLength, int32Length } from './lengths.ts'
import { FIRST_ALLOCATION, MAX_ARRAY_LENGTH } from './limits.ts'
import { MalformedMessage } from './malformed-message.ts'

/** Elements behind their number. A number that can't be true is refused before anything is allocated for it. */
export function arrayCodec<Element>(element: Codec<Element>, nullable: boolean, context: Context): Codec<readonly Element[] | null> {
  const length = context.flexible ? compactLength : int32Length
  const { read: readElement, write: writeElement } = element
  const minSize = Math.max(element.minSize, 1)
  const { budget } = context

  function check(count: number, reader: ByteReader): void {
    const { position, remaining } = reader
    if (count > MAX_ARRAY_LENGTH) throw new MalformedBytes(`An array of ${count} elements is longer than ${MAX_ARRAY_LENGTH}`, position)
    if (count * minSize > remaining) throw new MalformedBytes(`${count} elements were announced and ${remaining} bytes are left`, position)
    budget.elements -= count
    if (budget.elements < 0) throw new MalformedBytes('The arrays of the message have too many elements together', position)
  }

  return {
    read(reader) {
      const count = length.read(reader)
      if (count === -1) {
        if (nullable) return null
        throw new MalformedBytes('Null where there must be an array', reader.position)
      }
      check(count, reader)
      // Not `push`: the first one makes room for 17, and most arrays here have three.
      // oxlint-disable-next-line unicorn/no-new-array
      const elements = new Array<Element>(Math.min(count, FIRST_ALLOCATION))
      let index = 0
      try {
        for (; index < count; index++) elements[index] = readElement(reader)
      } catch (error) {
        throw MalformedMessage.at(index, error)
      }
      return elements
    },
    write(writer, value) {
      if (value === null) {
        assert(nullable, 'null where this version of the message must have an array')
        return length.write(writer, -1)
      }
      length.write(writer, value.length)
      for (const item of value) writeElement(writer, item)
    },
    minSize: length.minSize,
    fixedSize: undefined,
  }
}
