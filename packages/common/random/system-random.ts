import { randomFillSync } from 'node:crypto'
import { assertBound } from './bound.ts'
import type { Random } from './random.ts'

const poolBytes = 4096

/** Random bytes of the operating system, fit for ids and nonces; asked for in pieces, since each question costs a microsecond. */
class SystemRandom implements Random {
  readonly #pool = new DataView(new ArrayBuffer(poolBytes))
  #used = poolBytes

  nextInt(bound: number): number {
    assertBound(bound)
    const limit = 2 ** 53 - (2 ** 53 % bound)
    for (;;) {
      const drawn = this.#next53()
      if (drawn < limit) return drawn % bound
    }
  }

  nextFloat(): number {
    return this.#next53() / 2 ** 53
  }

  bytes(count: number): Uint8Array {
    return randomFillSync(new Uint8Array(count))
  }

  fork(): Random {
    return this
  }

  #next53(): number {
    if (this.#used === poolBytes) {
      randomFillSync(this.#pool)
      this.#used = 0
    }
    const high = this.#pool.getUint32(this.#used) >>> 11
    const low = this.#pool.getUint32(this.#used + 4)
    this.#used += 8
    return high * 2 ** 32 + low
  }
}

/** Random numbers nobody can guess. Forks are the same source. */
export const systemRandom: Random = new SystemRandom()
