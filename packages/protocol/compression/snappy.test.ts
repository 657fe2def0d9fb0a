import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { compressSync } from './compress.ts'
import { inflateSync } from './inflate.ts'

const inflate = (bytes: Buffer, maxOutput = 1_000_000): Buffer => inflateSync('snappy', bytes, maxOutput)
const text = 'Wikipedia is a free, web-based, collaborative, multilingual encyclopedia project. Wikipedia is free.'

test('the frame is that of the Java client', () => {
  const framed = compressSync('snappy', Buffer.from(text))
  assert.equal(framed.subarray(0, 16).toString('hex'), '82534e41505059000000000100000001')
  assert.equal(framed.readInt32BE(16), framed.length - 20)
})

test('a block holds 32 KiB', () => {
  const framed = compressSync('snappy', Buffer.alloc(70_000))
  let blocks = 0
  for (let at = 16; at < framed.length; at += 4 + framed.readInt32BE(at)) blocks++
  assert.equal(blocks, 3)
})

test('one raw block without a frame is read, as some clients send it', () => {
  const raw = Buffer.from(
    '64f04357696b697065646961206973206120667265652c207765622d62617365642c20636f6c6c61626f7261746976652c206d756c74696c696e6775616c20656e6379636c6f70053f2070726f6a6563742e2032520010667265652e',
    'hex',
  )
  assert.equal(inflate(raw).toString(), text)
})

test('copies of every kind are read', () => {
  // Literal abcd; copy 1: 4 bytes from 4 back; copy 2: 6 from 2 back, overlapping; copy 4: 5 from 8 back; a literal with a long length.
  const tail = Buffer.alloc(61, 'z')
  const elements = [
    [3 << 2, ...Buffer.from('abcd')],
    [0x01, 4],
    [(5 << 2) | 2, 2, 0],
    [(4 << 2) | 3, 8, 0, 0, 0],
    [60 << 2, 60, ...tail],
  ]
  const raw = Buffer.from([80, ...elements.flat()])
  assert.equal(inflate(raw).toString(), ['abcd', 'abcd', 'cdcdcd', 'cdcdc', tail.toString()].join(''))
})

test('a length that so few bytes could never become is refused before anything is allocated', () => {
  const bomb = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x07, 0x00, 0x61])
  assert.throws(() => inflate(bomb), { fault: 'CORRUPT', message: /cannot hold/ })
})

test('more than allowed is refused, also when it is spread over many blocks', () => {
  const framed = compressSync('snappy', Buffer.alloc(100_000))
  assert.equal(inflate(framed, 100_000).length, 100_000)
  assert.throws(() => inflate(framed, 99_999), { fault: 'TOO_LARGE' })
})

test('damage is told apart by what is wrong', () => {
  const framed = compressSync('snappy', Buffer.from(text))
  const cases: readonly (readonly [Buffer, RegExp])[] = [
    [framed.subarray(0, framed.length - 1), /a block is cut off/],
    [Buffer.concat([framed, Buffer.from([0, 0])]), /length of a block is cut off/],
    [Buffer.from([4, 12, 97]), /literal is too long/],
    [Buffer.from([4, 0, 97, 1, 2]), /copy leaves the block/],
    [Buffer.from([4, 0, 97, 1, 0]), /copy leaves the block/],
    [Buffer.from([4, 0, 97, 2, 1]), /copy is cut off/],
    [Buffer.from([4, 0xf0]), /literal is cut off/],
    [Buffer.from([4, 0, 97]), /shorter than announced/],
    [Buffer.from([1, 0, 97, 0, 97]), /literal is too long|longer than announced/],
    [Buffer.alloc(0), /length of the block is damaged/],
    [Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80, 1]), /length of the block is damaged/],
  ]
  for (const [bytes, message] of cases)
    assert.throws(() => inflate(bytes), { name: 'CompressionError', fault: 'CORRUPT', message }, bytes.toString('hex'))
})
