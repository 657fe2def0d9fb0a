import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { ApiVersions, CreateTopics, JoinGroup, Metadata, OffsetFetch, Produce } from '@odradek/protocol/messages'
import { batchField, BATCH_HEADER_SIZE, buildBatch, writeCrc } from '@odradek/protocol/records'
import { errorName } from '@odradek/protocol'
import { Canary, encodeRequest, produceBatch, RecordedLog, startBroker } from '@odradek/testing'
import type { RunningBroker } from '@odradek/testing'

const log = new RecordedLog()
let broker: RunningBroker
let canary: Canary
before(async () => {
  broker = await startBroker({ logger: log, topics: { canary: 1, plain: 1, compacted: { config: { 'cleanup.policy': 'compact' } } } })
  canary = await Canary.start(await broker.connect(), 'canary')
  log.take()
})
after(async () => {
  await canary.stop()
  await broker.stop()
  assert.deepEqual(
    log.take().filter(({ level }) => level === 'error'),
    [],
  )
})

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
const framed = (...parts: readonly (Buffer | string)[]): Buffer => {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part.replaceAll(' ', ''), 'hex') : part)))
  return Buffer.concat([int32(body.length), body])
}
/** Key, version, correlation id 7, client id "x". */
const header = (key: number, version: number): Buffer => {
  const bytes = Buffer.from('000000000000000700017800', 'hex')
  bytes.writeInt16BE(key)
  bytes.writeInt16BE(version, 2)
  return bytes.subarray(0, 11)
}
const tags = '00'

/** Bytes, and what the log says of whoever sent them. */
const refused: Readonly<Record<string, readonly [Buffer, RegExp]>> = {
  'a negative size': [int32(-1), /announced a request of -1 bytes/],
  'the least of all sizes': [int32(-2_147_483_648), /announced a request of -2147483648 bytes/],
  'a size beyond socket.request.max.bytes': [int32(104_857_601), /104857601 bytes; socket\.request\.max\.bytes is 104857600/],
  'the largest of all sizes': [int32(2_147_483_647), /2147483647 bytes; socket/],
  'a request without a byte': [int32(0), /a request header could not be read/],
  'half a header': [framed('0003 0001 00'), /a request header could not be read/],
  'a client id longer than the request': [framed('0003 0001 00000007 7fff 78'), /a request header could not be read/],
  'a client id of a negative length': [framed('0003 0001 00000007 fffe'), /a request header could not be read/],
  'an unknown API': [framed(header(999, 0)), /no API with key 999/],
  'a negative API': [framed(header(-1, 0)), /no API with key -1/],
  'an API of the controllers': [framed(header(62, 0)), /no API with key 62/],
  'a version that is too new': [framed(header(Metadata.key, 99), tags), /Metadata v99 is not spoken/],
  'a negative version': [framed(header(Metadata.key, -1)), /Metadata v-1 is not spoken/],
  'Produce in the version of old message sets': [framed(header(Produce.key, 2), '0001 00000000 00000000'), /Produce v2 is not spoken/],
  'a body that ends early': [framed(header(Metadata.key, 1), '000000'), /Metadata v1 could not be read: .*/],
  'no body at all': [framed(header(Metadata.key, 8)), /Metadata v8 could not be read: .*/],
  'an array of 2^31 − 1': [framed(header(Metadata.key, 1), '7fffffff'), /Metadata v1 could not be read: .*/],
  'an array of a million in four bytes': [framed(header(Metadata.key, 1), '000f4240 0000 0000'), /Metadata v1 could not be read: .*/],
  'an array of −2': [framed(header(Metadata.key, 1), 'fffffffe'), /Metadata v1 could not be read: .*/],
  'a text longer than the request': [framed(header(Metadata.key, 1), '00000001 7fff 41'), /Metadata v1 could not be read: .*/],
  'null where there is none': [framed(header(Metadata.key, 1), '00000001 ffff'), /Metadata v1 could not be read: .*/],
  'a varint without end': [framed(header(Metadata.key, 9), tags, 'ffffffffffffffffffff'), /Metadata v9 could not be read: .*/],
  'four billion tags': [framed(header(Metadata.key, 9), 'ffffffff0f'), /a request header could not be read/],
  'a tag larger than the request': [framed(header(Metadata.key, 9), '01 00 ffffffff07'), /a request header could not be read/],
  'records larger than the request': [
    framed(header(Produce.key, 3), 'ffff 0001 00000000 00000001 0001 74 00000001 00000000 7fffffff'),
    /Produce v3 could not be read: .*/,
  ],
  'a list of members without end': [
    framed(header(JoinGroup.key, 0), '0001 67 00002710 0000 0000 7fffffff'),
    /JoinGroup v0 could not be read: .*/,
  ],
}

describe('bytes that are no request cost their connection and nothing else', () => {
  for (const [what, [bytes, reason]] of Object.entries(refused)) {
    test(`${what}: closed without an answer, with one line in the log`, async () => {
      log.take()
      await using client = await broker.connect()
      client.sendBytes(bytes)
      await assert.rejects(client.receive(), /closed/)
      const lines = log.take()
      assert.equal(lines.length, 1, JSON.stringify(lines))
      assert.match(String(lines[0]?.fields['reason']), reason)
      assert.match(String(lines[0]?.fields['peer']), /^127\.0\.0\.1:\d+$/)
      await canary.sings(1)
    })
  }

  test('a request that is cut off when its sender leaves: one line in the log', async () => {
    log.take()
    const client = await broker.connect()
    client.sendBytes(framed(header(Metadata.key, 1), '00000000').subarray(0, 9))
    await canary.sings(2)
    await client[Symbol.asyncDispose]()
    await until(() => log.lines.length > 0)
    assert.match(String(log.take()[0]?.fields['reason']), /ended amid a request, of which 9 bytes had come/)
  })

  test('what stands in front of the bad request on the same connection is answered', async () => {
    await using client = await broker.connect()
    const good = encodeRequest(
      ApiVersions,
      { clientSoftwareName: 'x', clientSoftwareVersion: '1' },
      { version: 3, correlationId: 1, clientId: null },
    )
    client.sendBytes(Buffer.concat([framed(good), framed(good), framed(header(999, 0)), framed(good)]))
    assert.equal((await client.receive()).readInt32BE(), 1)
    assert.equal((await client.receive()).readInt32BE(), 1)
    await assert.rejects(client.receive(), /closed/)
  })

  test('bytes behind a whole request are nobody’s business', async () => {
    await using client = await broker.connect()
    const good = encodeRequest(Metadata, { topics: [] }, { version: 4, correlationId: 5, clientId: 'x' })
    client.sendBytes(framed(good, Buffer.alloc(100, 0xee)))
    assert.equal((await client.receive()).readInt32BE(), 5)
  })
})

describe('somebody who takes the port for another', () => {
  for (const [what, bytes, answer, advice] of [
    ['TLS', Buffer.from('16030100c8010000c40303', 'hex'), /^$/, /security\.protocol=PLAINTEXT/],
    ['HTTP', Buffer.from('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'), /^HTTP\/1\.1 400 [\s\S]*Kafka protocol/, /8080/],
    ['an HTTP upload', Buffer.from(`POST / HTTP/1.1\r\n\r\n${'x'.repeat(10_000)}`), /^HTTP\/1\.1 400/, /8080/],
    ['HTTP/2', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), /^HTTP\/1\.1 400/, /8080/],
    ['SSH', Buffer.from('SSH-2.0-OpenSSH_10.0\r\n'), /^$/, /not SSH/],
  ] as const) {
    test(`${what} on the plain port: closed, with a line that says what to do`, async () => {
      log.take()
      assert.match(await raw(broker.port, bytes), answer)
      const lines = log.take()
      assert.equal(lines.length, 1)
      assert.match(lines[0]?.message ?? '', advice)
    })
  }
})

describe('batches that are not what they say', () => {
  const good = (): Buffer => buildBatch([{ key: Buffer.from('k'), value: Buffer.alloc(100, 'v'), timestamp: Date.now() }])
  const changed = (change: (batch: Buffer) => void, withCrc = true): Buffer => {
    const batch = good()
    change(batch)
    if (withCrc) writeCrc(batch, 0)
    return batch
  }
  const packed = (codec: number, bytes: Buffer): Buffer => {
    const batch = Buffer.concat([good().subarray(0, BATCH_HEADER_SIZE), bytes])
    batch.writeInt32BE(batch.length - 12, batchField.batchLength)
    batch.writeInt16BE(codec, batchField.attributes)
    writeCrc(batch, 0)
    return batch
  }
  const zeros = Buffer.alloc(64 * 1_048_576)
  const cases: Readonly<Record<string, readonly [topic: string, batch: () => Buffer, error: RegExp]>> = {
    'a bad CRC': ['plain', () => changed((batch) => batch.writeInt32BE(1, batchField.crc), false), /CORRUPT_MESSAGE/],
    'one byte turned over': ['plain', () => changed((batch) => batch.fill(0xff, 90, 91), false), /CORRUPT_MESSAGE/],
    'a length beyond its end': ['plain', () => changed((batch) => batch.writeInt32BE(1_000_000, batchField.batchLength)), /INVALID_RECORD/],
    'a length below its header': ['plain', () => changed((batch) => batch.writeInt32BE(10, batchField.batchLength)), /CORRUPT_MESSAGE/],
    'a negative length': ['plain', () => changed((batch) => batch.writeInt32BE(-1, batchField.batchLength)), /CORRUPT_MESSAGE/],
    'an old magic': [
      'plain',
      () => changed((batch) => batch.writeInt8(1, batchField.magic)),
      /UNSUPPORTED_FOR_MESSAGE_FORMAT|INVALID_RECORD|CORRUPT_MESSAGE/,
    ],
    'a count that is wrong': ['plain', () => changed((batch) => batch.writeInt32BE(7, batchField.recordCount)), /INVALID_RECORD/],
    'a negative count': ['plain', () => changed((batch) => batch.writeInt32BE(-1, batchField.recordCount)), /INVALID_RECORD/],
    'a control batch of a client': ['plain', () => changed((batch) => batch.writeInt16BE(0x20, batchField.attributes)), /INVALID_RECORD/],
    'more than max.message.bytes': ['plain', () => buildBatch([{ value: Buffer.alloc(1_100_000) }]), /MESSAGE_TOO_LARGE/],
    'half a batch': ['plain', () => good().subarray(0, 100), /INVALID_RECORD/],
    'a bomb of zstd': ['compacted', () => packed(4, zstdCompressSync(zeros)), /MESSAGE_TOO_LARGE|INVALID_RECORD/],
    'a bomb of gzip': ['compacted', () => packed(1, gzipSync(zeros)), /MESSAGE_TOO_LARGE|INVALID_RECORD/],
    'snappy that announces 2 GB': [
      'compacted',
      () => packed(2, Buffer.from('ffffffff0700', 'hex')),
      /INVALID_RECORD|MESSAGE_TOO_LARGE|CORRUPT_MESSAGE/,
    ],
    'lz4 that is none': ['compacted', () => packed(3, Buffer.from('04224d18ffffffff', 'hex')), /INVALID_RECORD|CORRUPT_MESSAGE/],
    'a codec that nobody knows': [
      'compacted',
      () => packed(7, Buffer.alloc(10)),
      /INVALID_RECORD|UNSUPPORTED_COMPRESSION_TYPE|CORRUPT_MESSAGE/,
    ],
    'a record without a key for a compacted topic': ['compacted', () => buildBatch([{ value: Buffer.from('v') }]), /INVALID_RECORD/],
  }
  for (const [what, [topic, batch, error]] of Object.entries(cases)) {
    test(`${what}: refused with Kafka’s error code, and the connection goes on`, async () => {
      await using client = await broker.connect()
      const held = process.memoryUsage().rss
      const answer = await produceBatch(client, { topic, batch: batch() })
      assert.match(errorName(answer.errorCode), error)
      assert.equal(answer.baseOffset, -1)
      assert.equal(errorName((await produceBatch(client, { topic, batch: good() })).errorCode), 'NONE')
      assert(process.memoryUsage().rss - held < 128 * 1_048_576, 'a bomb was let off')
      await canary.sings(1)
    })
  }
})

describe('names, counts and settings outside the rules', () => {
  const topic = (name: string, more: object = {}) => ({ name, numPartitions: 1, replicationFactor: 1, ...more })
  for (const [what, wanted, error] of [
    ['an empty name', topic(''), 'INVALID_TOPIC_EXCEPTION'],
    ['a name that is a path', topic('../../etc/passwd'), 'INVALID_TOPIC_EXCEPTION'],
    ['a name that is a dot', topic('..'), 'INVALID_TOPIC_EXCEPTION'],
    ['a name of 250 letters', topic('x'.repeat(250)), 'INVALID_TOPIC_EXCEPTION'],
    ['a name with a zero byte', topic('a\u0000b'), 'INVALID_TOPIC_EXCEPTION'],
    ['no partitions', topic('none', { numPartitions: 0 }), 'INVALID_PARTITIONS'],
    ['negative partitions', topic('negative', { numPartitions: -7 }), 'INVALID_PARTITIONS'],
    ['two thousand million partitions', topic('many', { numPartitions: 2_000_000_000 }), 'POLICY_VIOLATION'],
    ['more replicas than brokers', topic('replicas', { replicationFactor: 3 }), 'INVALID_REPLICATION_FACTOR'],
    ['a setting that nobody knows', topic('unknown', { configs: [{ name: 'colour', value: 'red' }] }), 'INVALID_CONFIG'],
    ['a setting out of its range', topic('range', { configs: [{ name: 'retention.ms', value: '-2' }] }), 'INVALID_CONFIG'],
    ['a setting of another type', topic('type', { configs: [{ name: 'segment.bytes', value: 'large' }] }), 'INVALID_CONFIG'],
  ] as const) {
    test(`${what}: ${error}`, async () => {
      await using client = await broker.connect()
      const { topics } = await client.call(CreateTopics, { topics: [wanted] }, 7)
      assert.equal(errorName(topics[0]?.errorCode ?? -1), error)
      assert.notEqual(topics[0]?.errorMessage ?? '', '')
    })
  }

  test('names that mean something to JavaScript mean nothing here', async () => {
    await using client = await broker.connect()
    for (const name of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']) {
      const metadata = await client.call(Metadata, { topics: [{ name }], allowAutoTopicCreation: false }, 9)
      assert.equal(errorName(metadata.topics[0]?.errorCode ?? 0), 'UNKNOWN_TOPIC_OR_PARTITION', name)
      const { topics } = await client.call(CreateTopics, { topics: [topic(name)] }, 7)
      assert.equal(errorName(topics[0]?.errorCode ?? -1), 'NONE', name)
      const group = await client.call(OffsetFetch, { groupId: name, topics: null }, 7)
      assert.deepEqual([errorName(group.errorCode), group.topics], ['NONE', []])
      assert.equal(
        errorName((await produceBatch(client, { topic: name, batch: buildBatch([{ value: Buffer.from(name) }]) })).errorCode),
        'NONE',
      )
    }
    assert.equal(Object.getPrototypeOf({}), Object.prototype)
    assert.deepEqual(Object.keys(Object.prototype), [])
  })
})

/** Everything that comes back until the connection ends. */
function raw(port: number, bytes: Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(bytes)
  // A connection that is closed with bytes unread ends in a reset; what came before it counts.
  return new Promise((resolve) => {
    let received = ''
    socket.setEncoding('latin1').on('data', (text: string) => (received += text))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(received))
  })
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await canary.sings(1)
}
