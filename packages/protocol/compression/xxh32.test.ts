import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Xxh32, xxh32 } from './xxh32.ts'

/** Length and hash, by the xxhash of Python, of bytes 3, 10, 17, … modulo 256. */
const known = [
  [0, 46_947_589],
  [1, 565_077_562],
  [3, 3_443_335_746],
  [4, 1_918_138_866],
  [15, 2_194_917_453],
  [16, 2_286_244_989],
  [17, 1_158_569_860],
  [31, 527_684_551],
  [32, 3_918_056_631],
  [100, 1_929_976_397],
  [1000, 3_361_362_258],
] as const

const sample = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i * 7 + 3)

test('the hash is that of xxHash at every length', () => {
  for (const [length, hash] of known) assert.equal(xxh32(sample(length)), hash, `${length} bytes`)
})

test('it does not matter into which pieces the bytes are cut', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.array(fc.nat(100)), (bytes, cuts) => {
      const hash = new Xxh32()
      let from = 0
      for (const cut of [...cuts.map((at) => Math.min(at, bytes.length)).toSorted((a, b) => a - b), bytes.length]) {
        hash.update(bytes, from, cut)
        from = cut
      }
      assert.equal(hash.digest(), xxh32(bytes))
    }),
  )
})
