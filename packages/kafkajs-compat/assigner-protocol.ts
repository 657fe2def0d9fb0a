import { Buffer } from 'node:buffer'
import type { Assignment, ISerializer, MemberAssignment, MemberMetadata } from './types/cluster.ts'

const empty = Buffer.alloc(0)

/** What members of a group say of themselves, and what the leader tells them, as bytes. */
export const AssignerProtocol: { MemberMetadata: ISerializer<MemberMetadata>; MemberAssignment: ISerializer<MemberAssignment> } = {
  MemberMetadata: {
    encode: ({ version, topics, userData = empty }: Omit<MemberMetadata, 'userData'> & { readonly userData?: Buffer }) =>
      Buffer.concat([int16(version), int32(topics.length), ...topics.map(text), bytes(userData)]),
    decode(buffer) {
      const reader = new Reader(buffer)
      return { version: reader.int16(), topics: reader.list(() => reader.text()), userData: reader.bytes() }
    },
  },
  MemberAssignment: {
    encode: ({ version, assignment, userData = empty }: Omit<MemberAssignment, 'userData'> & { readonly userData?: Buffer }) => {
      const topics = Object.entries(assignment)
      return Buffer.concat([
        int16(version),
        int32(topics.length),
        ...topics.flatMap(([topic, partitions]) => [text(topic), int32(partitions.length), ...partitions.map(int32)]),
        bytes(userData),
      ])
    },
    decode(buffer) {
      if (buffer.length < 2) return null
      const reader = new Reader(buffer)
      const version = reader.int16()
      const assignment: Assignment = Object.fromEntries(reader.list(() => [reader.text(), reader.list(() => reader.int32())] as const))
      return { version, assignment, userData: reader.bytes() }
    },
  },
}

class Reader {
  readonly #buffer: Buffer
  #at = 0

  constructor(buffer: Buffer) {
    this.#buffer = buffer
  }

  int16(): number {
    return this.#buffer.readInt16BE((this.#at += 2) - 2)
  }

  int32(): number {
    return this.#buffer.readInt32BE((this.#at += 4) - 4)
  }

  text(): string {
    return this.#take(this.int16()).toString()
  }

  /** Null is read as nothing; it may also be missing at the end. */
  bytes(): Buffer {
    return this.#at + 4 > this.#buffer.length ? empty : this.#take(Math.max(0, this.int32()))
  }

  list<T>(one: () => T): T[] {
    const list: T[] = []
    for (let left = this.int32(); left > 0; left--) list.push(one())
    return list
  }

  #take(length: number): Buffer {
    return this.#buffer.subarray(this.#at, (this.#at += length))
  }
}

function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2)
  buffer.writeInt16BE(value)
  return buffer
}

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeInt32BE(value)
  return buffer
}

function text(value: string): Buffer {
  const utf8 = Buffer.from(value)
  return Buffer.concat([int16(utf8.length), utf8])
}

function bytes(value: Buffer): Buffer {
  return Buffer.concat([int32(value.length), value])
}
