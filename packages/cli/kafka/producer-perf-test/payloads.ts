import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { illegalArgument } from '../java-error.ts'

/** Gives the value of record number so many. It may be the same bytes again, overwritten. */
export type Payloads = (number: number) => Uint8Array

/** Capital letters at random; new ones for each record, in the same memory. The same seed gives the same letters. */
export function randomLetters(size: number, seed: number): Payloads {
  const payload = new Uint8Array(size)
  const random = randomBits(seed)
  return () => {
    // One draw of 32 bits is good for six letters.
    for (let at = 0; at < size;) {
      let bits = random()
      for (const end = Math.min(at + 6, size); at < end; at++) {
        payload[at] = 65 + (bits % 26)
        bits = (bits / 26) | 0
      }
    }
    return payload
  }
}

/** 0, 1, 2 … */
export function numbers(): Payloads {
  return (number) => Buffer.from(String(number))
}

/** One of these, drawn for each record. */
export function drawnFrom(values: readonly Uint8Array[], seed: number): Payloads {
  const random = randomBits(seed)
  return () => values[random() % values.length] ?? new Uint8Array()
}

/** The values of a file, between what `delimiter` matches; says what it does. */
export function readPayloads(file: string, delimiter: string, say: (line: string) => void): readonly Uint8Array[] {
  say(`Reading payloads from: ${resolve(file)}`)
  let text = ''
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
  if (text === '') throw illegalArgument('File does not exist or empty file provided.')
  const values = text.split(new RegExp(delimiter, 'u'))
  // One delimiter at the beginning and one at the end belong to no value.
  if (values[0] === '') values.shift()
  if (values.at(-1) === '') values.pop()
  say(`Number of records read: ${values.length}`)
  if (values.length === 0) throw illegalArgument('No payload file, record size or payload-monotonic option provided.')
  return values.map((value) => Buffer.from(value))
}

/** 31 random bits a call (Marsaglia's xorshift), many times as cheap as anything that could keep a secret. */
function randomBits(seed: number): () => number {
  let state = seed | 0 || 0x2545f491
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state & 0x7fffffff
  }
}
