import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { codecs } from '../compression/codec.ts'
import type { Codec } from '../compression/codec.ts'
import * as batch from './batch.ts'
import { buildBatch } from './batch-builder.ts'
import type { RecordHeader, RecordInput } from './batch-builder.ts'
import { findBatchProblem } from './batch-checks.ts'
import { openBatch } from './open-batch.ts'
import { scanRecords } from './record-checks.ts'

/**
 * Our batches beside those of Apache Kafka's own classes, both ways: theirs are read here, ours there. `java-records.java`
 * is the other side. Needs Java and the jars of `tools/peers/apache-kafka install`.
 */
const repository = join(import.meta.dirname, '../../..')
const program = join(import.meta.dirname, 'java-records.java')
const flags = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']

const classPath = findClassPath()
const skip = classPath === undefined ? 'Java or the jars of Apache Kafka are missing: run tools/peers/apache-kafka install' : false

function findClassPath(): string | undefined {
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' })
    return execFileSync(join(repository, 'tools/peers/apache-kafka'), ['classpath'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return undefined
  }
}

/** One answer for each command, from one JVM. */
function ask(commands: readonly string[]): string[] {
  const input = `${commands.join('\n')}\n`
  const { status, stdout, stderr } = spawnSync('java', [...flags, '-cp', classPath ?? '', program], {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  assert.equal(status, 0, stderr)
  return stdout.trimEnd().split('\n')
}

/** Records that do and do not compress, over several blocks of snappy and lz4. */
const samples: readonly (readonly RecordInput[])[] = [
  [{ key: Buffer.from('k'), value: Buffer.from('v'), timestamp: 1_700_000_000_000 }],
  Array.from({ length: 1500 }, (_, i) => ({
    key: i % 7 === 0 ? null : Buffer.from(`customer-${i % 50}`),
    value:
      i % 11 === 0
        ? null
        : Buffer.from(JSON.stringify({ id: i, amount: (i * 7919) % 1000, text: 'lorem ipsum dolor sit amet '.repeat(i % 5) })),
    headers: i % 3 === 0 ? [{ key: `h${i % 4}é`, value: i % 2 === 0 ? null : Buffer.from([i & 0xff]) }] : [],
    timestamp: 1_700_000_000_000 + ((i * 37) % 500),
  })),
  [{ key: null, value: noise(200_000), timestamp: -1 }],
  [{ key: Buffer.alloc(0), value: Buffer.alloc(300_000), timestamp: 0 }],
]

function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  let state = 12_345
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state ^ (state >>> 13), 0x5bd1e995) + i) | 0
    bytes[i] = state >>> 11
  }
  return bytes
}

const levels: Readonly<Record<Codec, readonly (number | undefined)[]>> = {
  none: [undefined],
  gzip: [undefined, 1, 9],
  snappy: [undefined],
  lz4: [undefined, 1, 9, 17],
  zstd: [undefined, -5, 3, 19],
}
const cases = codecs.flatMap((codec) => levels[codec].flatMap((level) => samples.map((records) => ({ codec, level, records }))))

test('batches that Kafka’s own classes have compressed are read with every record as it was', { skip }, async () => {
  const built = ask(
    cases.map(({ codec, level, records }) => `build ${codec} ${level ?? '-'} 100 4 77 2 5 false - ${records.map(written).join(';')}`),
  )
  for (const [i, { codec, level, records }] of cases.entries()) {
    const bytes = Buffer.from(built[i] ?? '', 'hex')
    const what = `${codec} at level ${level}`
    assert.equal(batch.codecId(bytes, 0), codecs.indexOf(codec), what)
    assert.equal(batch.baseOffset(bytes, 0), 100)
    batch.assignOffset(bytes, 0, 0, -1)
    assert.equal(findBatchProblem(bytes, 0, bytes.length), undefined, what)
    assert.equal(await described(bytes), records.map((record, offset) => `${offset},${written(record)}`).join(';'), what)
  }
})

test('batches that we have compressed are read by Kafka’s own classes with every record as it was', { skip }, () => {
  const options = { baseOffset: 100, leaderEpoch: 4, producerId: 77, producerEpoch: 2, baseSequence: 5 }
  const ours = cases.map(({ codec, level, records }) =>
    buildBatch(records, { ...options, codec, ...(level === undefined ? {} : { compressionLevel: level }) }),
  )
  const answers = ask(ours.map((bytes) => `describe ${bytes.toString('hex')}`))
  for (const [i, { codec, level, records }] of cases.entries()) {
    const last = 100 + records.length - 1
    const largest = Math.max(...records.map((record) => record.timestamp ?? -1))
    const listed = records.map((record, index) => `${100 + index},${written(record)}`).join(';')
    assert.equal(answers[i], `${codec} 100 ${last} 4 77 2 5 false false ${largest} ${listed}`, `${codec} at level ${level}`)
  }
})

test('without compression the bytes are the same on both sides', { skip }, () => {
  const theirs = ask(samples.map((records) => `build none - 0 -1 -1 -1 -1 false - ${records.map(written).join(';')}`))
  for (const [i, records] of samples.entries()) assert.equal(buildBatch(records).toString('hex'), theirs[i])
})

test('what is wrong with records is wrong on both sides', { skip }, () => {
  const good = buildBatch(samples[1]?.slice(0, 4) ?? [])
  const damaged: Buffer[] = []
  for (let at = batch.BATCH_HEADER_SIZE; at < good.length; at++) {
    for (const mask of [0x01, 0x80, 0x42]) {
      const bytes = Buffer.from(good)
      bytes[at] = (bytes[at] ?? 0) ^ mask
      batch.writeCrc(bytes, 0)
      damaged.push(bytes)
    }
  }
  const answers = ask(damaged.map((bytes) => `describe ${bytes.toString('hex')}`))
  let refused = 0
  for (const [i, bytes] of damaged.entries()) {
    const theirs = answers[i] ?? ''
    if (theirs.startsWith('error')) {
      refused++
      assert.throws(() => scanRecords(bytes, 0), { name: 'MalformedRecords' }, `${theirs}: ${bytes.toString('hex')}`)
    } else {
      assert.ok(isSound(bytes) || offsetsAreStrange(theirs), `${theirs}: ${bytes.toString('hex')}`)
    }
  }
  assert.ok(refused > 20)
})

function isSound(bytes: Buffer): boolean {
  try {
    scanRecords(bytes, 0)
    return true
  } catch {
    return false
  }
}

/** Kafka takes records whose offsets do not rise, and timestamps of any size. We do not: look-ups and compaction count on them. */
function offsetsAreStrange(theirs: string): boolean {
  const records = (theirs.split(' ').at(-1) ?? '').split(';').map((record) => record.split(','))
  const offsets = records.map(([offset]) => Number(offset))
  return offsets.some((offset, i) => offset !== i) || records.some(([, timestamp]) => !Number.isSafeInteger(Number(timestamp)))
}

async function described(bytes: Buffer): Promise<string> {
  const cursor = await openBatch(bytes, 0, 10_000_000)
  const records: string[] = []
  while (cursor.next()) {
    const headers: string[] = []
    cursor.visitHeaders((keyStart, keyLength, valueStart, valueLength) => {
      const value = valueLength < 0 ? null : cursor.buffer.subarray(valueStart, valueStart + valueLength)
      headers.push(`${hex(cursor.buffer.subarray(keyStart, keyStart + keyLength))}=${hex(value)}`)
    })
    records.push([cursor.offset, cursor.timestamp, hex(cursor.key()), hex(cursor.value()), headers.join('&')].join(','))
  }
  return records.join(';')
}

const written = ({ key, value, headers, timestamp }: RecordInput): string =>
  [timestamp ?? -1, hex(key), hex(value), (headers ?? []).map(writtenHeader).join('&')].join(',')
const writtenHeader = ({ key, value }: RecordHeader): string => `${hex(Buffer.from(key))}=${hex(value)}`
const hex = (bytes: Uint8Array | null | undefined): string =>
  bytes === null || bytes === undefined ? '-' : Buffer.from(bytes).toString('hex')
