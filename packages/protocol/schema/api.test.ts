import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { ByteReader, ByteWriter, ZERO_UUID } from '@odradek/common/bytes'
import { KafkaError } from '../errors.ts'
import { api } from './api.ts'
import type { Api, RequestDraft, RequestOf, ResponseDraft } from './api.ts'
import { JoinGroup } from '../messages/join-group.ts'
import { MalformedMessage } from './malformed-message.ts'
import { array, bool, bytes, int16, int32, int64, int64Exact, nullableStruct, records, string, struct, uuid } from './types.ts'

const Letter = api({
  key: 999,
  name: 'Letter',
  versions: [1, 4],
  flexible: 3,
  request: {
    sender: string(),
    reply: string({ since: 2, nullable: 3, default: 'none' }),
    note: string({ since: 2, until: 2, ignorable: true }),
    pages: array(struct({ number: int32(), words: array(string()), stamp: int64({ since: 3, tag: 1, default: -1 }) }), { nullable: 2 }),
    seal: nullableStruct({ colour: int16() }, { since: 4, default: null }),
    weight: struct({ grams: int32({ default: 5 }) }, { since: 3, tag: 0 }),
  },
  response: { throttleTimeMs: int32({ since: 2, default: 0, ignorable: true }), errorCode: int16(), body: records() },
})

const written = (value: RequestDraft<typeof Letter>, version: number): Buffer => {
  const writer = new ByteWriter()
  Letter.encodeRequest(writer, value, version)
  return Buffer.from(writer.finish())
}
const read = (frame: Buffer, version: number): RequestOf<typeof Letter> => Letter.decodeRequest(new ByteReader(frame), version)
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

test('a version has the fields of its time, and the others are read as their defaults', () => {
  const value = { sender: 'a', reply: 'b', note: 'c', pages: [{ number: 7, words: ['x'] }] }
  const defaults = { seal: null, weight: { grams: 5 } }
  assert.deepEqual(read(written({ sender: 'a', pages: [] }, 1), 1), { sender: 'a', reply: 'none', note: '', pages: [], ...defaults })
  assert.deepEqual(read(written(value, 2), 2), { ...value, pages: [{ number: 7, words: ['x'], stamp: -1 }], ...defaults })
  assert.deepEqual(read(written(value, 3), 3), { ...value, note: '', pages: [{ number: 7, words: ['x'], stamp: -1 }], ...defaults })
})

test('all versions of a message have one shape: the same properties in the same order', () => {
  const names = Object.keys(read(written({ sender: '', pages: [] }, 1), 1))
  assert.deepEqual(names, ['sender', 'reply', 'note', 'pages', 'seal', 'weight'])
  for (const version of [2, 3, 4]) assert.deepEqual(Object.keys(read(written({ sender: '', pages: [] }, version), version)), names)
})

test('a value that the version has no place for is an error, unless it may be dropped or is the default', () => {
  assert.throws(() => written({ sender: 'a', reply: 'b', pages: [] }, 1), {
    name: 'KafkaError',
    code: 'UNSUPPORTED_VERSION',
    message: 'Version 1 of the message has no reply.',
  })
  assert.throws(() => written({ sender: 'a', pages: [{ number: 1, words: [], stamp: 9 }] }, 2), /no stamp/)
  assert.throws(() => written({ sender: 'a', pages: [], seal: { colour: 1 } }, 3), /no seal/)
  assert.throws(() => written({ sender: 'a', pages: [], weight: { grams: 6 } }, 2), /no weight/)
  assert.equal(read(written({ sender: 'a', reply: 'none', note: 'dropped', pages: [], seal: null, weight: { grams: 5 } }, 1), 1).note, '')
})

test('a version that does not exist is refused by name', () => {
  assert.throws(() => written({ sender: '', pages: [] }, 0), {
    code: 'UNSUPPORTED_VERSION',
    message: 'Letter request has versions 1 to 4, not 0.',
  })
  assert.throws(() => read(hex('00'), 5), KafkaError)
  assert.throws(() => read(hex('00'), Number.NaN), KafkaError)
})

test('null is refused where the version has none, on both sides', () => {
  const Plain = api({ key: 994, name: 'Plain', versions: [0, 0], request: { text: string() }, response: {} })
  const untyped: Readonly<Record<string, unknown>> = { text: null }
  const { encodeRequest }: Pick<Api, 'encodeRequest'> = Plain
  assert.throws(() => encodeRequest(new ByteWriter(), untyped, 0), { name: 'AssertionError' })
  assert.throws(() => written({ sender: 'a', pages: null }, 1), { name: 'AssertionError' })
  assert.throws(() => read(hex('ffff'), 1), /Letter request v1: sender: Null where there must be a value/)
  assert.throws(() => read(hex('0000 ffffffff'), 1), /Letter request v1: pages: Null where there must be an array/)
  assert.equal(read(written({ sender: 'a', reply: null, pages: null }, 3), 3).pages, null)
})

test('a null text is written as empty in versions from before it could be null', () => {
  assert.equal(read(written({ sender: 'a', reply: null, pages: [] }, 2), 2).reply, '')
  assert.equal(read(written({ sender: 'a', reply: null, pages: [] }, 3), 3).reply, null)
  const writer = new ByteWriter()
  const failed = { errorCode: 79, generationId: -1, protocolName: null, leader: '', memberId: 'm', members: [] }
  JoinGroup.encodeResponse(writer, failed, 5)
  assert.equal(JoinGroup.decodeResponse(new ByteReader(writer.finish()), 5).protocolName, '')
})

test('an error says which field of which element could not be read', () => {
  const frame = written(
    {
      sender: 'a',
      pages: [
        { number: 1, words: [] },
        { number: 2, words: ['b', 'cd'] },
      ],
    },
    1,
  )
  assert.throws(
    () => read(frame.subarray(0, frame.length - 1), 1),
    (error) => {
      assert(error instanceof MalformedMessage)
      assert.equal(error.path, 'pages[1].words[1]')
      assert.match(error.message, /^Letter request v1: pages\[1\]\.words\[1\]: 2 bytes were announced and 1 are left/)
      return true
    },
  )
})

test('tagged fields are written in order of their tags, and only when they are not at their default', () => {
  const bare = written({ sender: '', reply: '', pages: [] }, 3)
  assert.equal(bare.toString('hex'), '0101 01 00'.replaceAll(' ', ''))
  const withTags = {
    unknownTags: [
      { tag: 300, bytes: Buffer.from('b') },
      { tag: 2, bytes: Buffer.from('a') },
    ],
    weight: { grams: 6 },
  }
  const full = written({ sender: '', reply: '', pages: [], ...withTags }, 3)
  assert.equal(full.toString('hex'), '010101 03 00 05 0000000600 02 01 61 ac02 01 62'.replaceAll(' ', ''))
  assert.deepEqual(read(full, 3).unknownTags, withTags.unknownTags.toReversed())
  assert.equal(read(full, 3).weight.grams, 6)
  assert.equal(Object.hasOwn(read(bare, 3), 'unknownTags'), false)
})

test('a tagged field whose size is not true is refused', () => {
  assert.throws(() => read(hex('010101 01 00 06 0000000600 00'), 3), /tags\.weight: A tagged field says that it has 6 bytes/)
  assert.throws(() => read(hex('010101 01 00 04 0000000600'), 3), /tags\.weight/)
  assert.throws(() => read(hex('010101 01 09 ff01 00'), 3), /tags: 255 bytes were announced and 1 are left/)
})

test('more tags than anyone would send, and tags that are no tags, are refused', () => {
  assert.throws(() => read(hex('010101 914e'), 3), /10001 tagged fields/)
  assert.throws(() => read(hex('010101 01 8080808008 00'), 3), /2147483648 is not a tag/)
  assert.throws(() => read(hex('010101 01 808080808001 00'), 3), /varint/)
})

test('a string is at most 32767 bytes long', () => {
  const longest = 'a'.repeat(32_767)
  assert.equal(read(written({ sender: longest, pages: [] }, 3), 3).sender, longest)
  assert.throws(() => written({ sender: `${longest}a`, pages: [] }, 3), { name: 'AssertionError' })
  assert.throws(() => written({ sender: 'ä'.repeat(16_384), pages: [] }, 1), { name: 'AssertionError' })
  assert.throws(() => read(Buffer.concat([hex('818002'), Buffer.alloc(40_000)]), 3), /sender: A string of 32768 bytes is longer than 32767/)
})

test('an array is at most a million elements long, even if the bytes are there', () => {
  const Names = api({ key: 998, name: 'Names', versions: [0, 0], flexible: 0, request: { names: array(string()) }, response: {} })
  const frame = (count: number): ByteReader => {
    const writer = new ByteWriter(count + 10)
    writer.uvarint(count + 1)
    writer.bytes(Buffer.alloc(count + 1, 1))
    writer.buffer[writer.position - 1] = 0
    return new ByteReader(writer.finish())
  }
  assert.equal(Names.decodeRequest(frame(1_000_000), 0).names.length, 1_000_000)
  assert.throws(() => Names.decodeRequest(frame(1_000_001), 0), /names: An array of 1000001 elements is longer than 1000000/)
})

test('arrays in arrays have a million elements together, and the next message begins anew', () => {
  const Tree = api({ key: 997, name: 'Tree', versions: [0, 0], flexible: 0, request: { rows: array(array(bool())) }, response: {} })
  const frame = (rows: number, columns: number): ByteReader => {
    const writer = new ByteWriter()
    writer.uvarint(rows + 1)
    for (let row = 0; row < rows; row++) {
      writer.uvarint(columns + 1)
      writer.bytes(Buffer.alloc(columns))
    }
    writer.uvarint(0)
    return new ByteReader(writer.finish())
  }
  assert.throws(() => Tree.decodeRequest(frame(10, 100_000), 0), /rows\[9\]: The arrays of the message have too many elements together/)
  assert.equal(Tree.decodeRequest(frame(9, 100_000), 0).rows.length, 9)
  assert.equal(Tree.decodeRequest(frame(9, 100_000), 0).rows.length, 9)
})

test('64-bit integers: refused beyond 2^53, or the nearest double, or every bit', () => {
  const Longs = api({
    key: 996,
    name: 'Longs',
    versions: [0, 0],
    request: { plain: int64(), sentinel: int64({ sentinel: true }), exact: int64Exact() },
    response: {},
  })
  const longest = '7fffffffffffffff'
  const decoded = Longs.decodeRequest(new ByteReader(hex(`001fffffffffffff ${longest} ${longest}`)), 0)
  assert.deepEqual(decoded, { plain: 2 ** 53 - 1, sentinel: 2 ** 63, exact: 2n ** 63n - 1n })
  const writer = new ByteWriter()
  Longs.encodeRequest(writer, decoded, 0)
  assert.equal(writer.finish().toString('hex'), `001fffffffffffff${longest}${longest}`)
  assert.throws(
    () => Longs.decodeRequest(new ByteReader(hex(`0020000000000000 ${longest} ${longest}`)), 0),
    /plain: A 64-bit integer is out of range/,
  )
})

test('record batches are neither copied when they are read nor when they are written', () => {
  const batches = [Buffer.from([1, 2, 3]), Buffer.from([4])]
  const writer = new ByteWriter()
  Letter.encodeResponse(writer, { errorCode: 0, body: batches }, 1)
  assert(writer.chunks().includes(batches[0] ?? Buffer.alloc(0)))
  const frame = writer.finish()
  assert.equal(frame.toString('hex'), '0000 00000004 01020304'.replaceAll(' ', ''))
  const { body } = Letter.decodeResponse(new ByteReader(frame), 1)
  assert.equal(body?.buffer, frame.buffer)
  assert.deepEqual(body, Buffer.concat(batches))
})

test('bytes behind a message stay unread', () => {
  const reader = new ByteReader(Buffer.concat([written({ sender: '', pages: [] }, 1), Buffer.from('rest')]))
  Letter.decodeRequest(reader, 1)
  assert.equal(reader.remaining, 4)
})

test('a struct that several messages share is declared once', () => {
  const owner = struct({ name: string(), id: uuid({ since: 1, ignorable: true }), mark: bytes({ default: Buffer.alloc(0) }) })
  const Deed = api({ key: 995, name: 'Deed', versions: [0, 1], request: { buyer: owner, sellers: array(owner) }, response: {} })
  const writer = new ByteWriter()
  Deed.encodeRequest(writer, { buyer: { name: 'a' }, sellers: [{ name: 'b', mark: Buffer.from('x') }] }, 0)
  assert.deepEqual(Deed.decodeRequest(new ByteReader(writer.finish()), 0), {
    buyer: { name: 'a', id: ZERO_UUID, mark: Buffer.alloc(0) },
    sellers: [{ name: 'b', id: ZERO_UUID, mark: Buffer.from('x') }],
  })
})

test('the types ask for what must be given, and no more', () => {
  // Not run: what counts is that the type checker accepts the first lines and refuses the marked ones.
  const drafts = (): unknown[] => {
    const least: RequestDraft<typeof Letter> = { sender: '', pages: [] }
    const answer: ResponseDraft<typeof Letter> = { errorCode: 0, body: null }
    const full: RequestOf<typeof Letter> = { ...least, reply: null, note: '', pages: null, seal: null, weight: { grams: 1 } }
    const draft: RequestDraft<typeof Letter> = full
    // @ts-expect-error sender is missing
    const without: RequestDraft<typeof Letter> = { pages: [] }
    // @ts-expect-error sender is never null
    const wrong: RequestDraft<typeof Letter> = { sender: null, pages: [] }
    // @ts-expect-error what was decoded can't be changed
    full.sender = 'other'
    return [least, answer, draft, without, wrong]
  }
  assert.equal(typeof drafts, 'function')
})
