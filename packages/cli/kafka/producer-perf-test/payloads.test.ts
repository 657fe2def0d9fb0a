import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { drawnFrom, numbers, randomLetters, readPayloads } from './payloads.ts'

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString()

test('letters are capitals, all of them come, and each record has others', () => {
  const payloads = randomLetters(100, 0)
  const seen = Array.from({ length: 1_000 }, (_, number) => textOf(payloads(number)))
  assert.ok(seen.every((text) => /^[A-Z]{100}$/.test(text)))
  assert.equal(new Set(seen).size, 1_000)
  const counts = new Map<string, number>()
  for (const letter of seen.join('')) counts.set(letter, (counts.get(letter) ?? 0) + 1)
  assert.equal(counts.size, 26)
  for (const [letter, count] of counts) assert.ok(Math.abs(count - 100_000 / 26) < 400, `${letter}: ${count}`)
})

test('the same seed gives the same letters', () => {
  const firstOf = (seed: number): string => textOf(randomLetters(20, seed)(0))
  assert.equal(firstOf(5), firstOf(5))
  assert.notEqual(firstOf(5), firstOf(6))
})

test('numbers grow', () => {
  assert.deepEqual(
    [0, 1, 12].map((number) => textOf(numbers()(number))),
    ['0', '1', '12'],
  )
})

test('values of a file are drawn, each sooner or later', () => {
  const payloads = drawnFrom(
    ['a', 'b', 'c'].map((text) => Buffer.from(text)),
    0,
  )
  assert.deepEqual(new Set(Array.from({ length: 100 }, (_, number) => textOf(payloads(number)))), new Set(['a', 'b', 'c']))
})

test('a file is cut where the delimiter matches; one at its beginning and one at its end belong to no value', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'odradek-payloads-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const file = join(directory, 'values')
  const read = (text: string, delimiter = '\n'): readonly string[] => {
    writeFileSync(file, text)
    return readPayloads(file, delimiter, (line) => said.push(line)).map(textOf)
  }
  const said: string[] = []
  assert.deepEqual(read('a\nbb\n\nccc\n'), ['a', 'bb', '', 'ccc'])
  assert.deepEqual(said, [`Reading payloads from: ${file}`, 'Number of records read: 4'])
  assert.deepEqual(read('\nü;b', '[\n;]'), ['ü', 'b'])
  assert.throws(() => read(''), { message: 'File does not exist or empty file provided.' })
  assert.throws(() => read('\n'), { message: 'No payload file, record size or payload-monotonic option provided.' })
  assert.throws(() => readPayloads(join(directory, 'none'), '\n', () => undefined), { message: /^File does not exist/ })
})
