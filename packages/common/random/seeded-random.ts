import { assertBound } from './bound.ts'
import type { Random } from './random.ts'

/**
 * The same numbers for the same seed, on every machine: xoshiro128**, seeded through splitmix32.
 * Good dice, no secrets: never use it for anything that must not be guessed.
 */
export class SeededRandom implements Random {
  readonly #seed: string
  #a: number
  #b: number
  #c: number
  #d: number

  constructor(seed: number | string) {
    this.#seed = String(seed)
    let state = hash(this.#seed)
    const next = (): number => {
      state = (state + 0x9e3779b9) | 0
      return mix(state)
    }
    this.#a = next()
    this.#b = next()
    this.#c = next()
    this.#d = next() | 1 // a state of zeros only would stay there
  }

  nextInt(bound: number): number {
    assertBound(bound)
    if (bound > 2 ** 32) return this.#nextWide(bound)
    // Drawing again above the largest multiple of the bound keeps all values equally likely.
    const limit = 2 ** 32 - (2 ** 32 % bound)
    for (;;) {
      const drawn = this.#next()
      if (drawn < limit) return drawn % bound
    }
  }

  nextFloat(): number {
    return this.#next53() / 2 ** 53
  }

  bytes(count: number): Uint8Array {
    const result = new Uint8Array(count)
    for (let i = 0; i < count; i++) result[i] = this.#next() >>> 24
    return result
  }

  fork(name: string): SeededRandom {
    return new SeededRandom(`${this.#seed}/${name}`)
  }

  #nextWide(bound: number): number {
    const limit = 2 ** 53 - (2 ** 53 % bound)
    for (;;) {
      const drawn = this.#next53()
      if (drawn < limit) return drawn % bound
    }
  }

  #next53(): number {
    return (this.#next() >>> 5) * 2 ** 26 + (this.#next() >>> 6)
  }

  #next(): number {
    const result = Math.imul(rotate(Math.imul(this.#b, 5), 7), 9) >>> 0
    const carried = this.#b << 9
    this.#c ^= this.#a
    this.#d ^= this.#b
    this.#b ^= this.#c
    this.#a ^= this.#d
    this.#c ^= carried
    this.#d = rotate(this.#d, 11)
    return result
  }
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}

function mix(value: number): number {
  let x = value
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad)
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
  return x ^ (x >>> 15)
}

/** FNV-1a over UTF-16 units, with a last mix so that `a/1` and `a/2` start far from each other. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return mix(value)
}
