import { JavaError } from './java-error.ts'

/** `Integer.parseInt`. */
export function parseInt32(text: string): number {
  return Number(parse(text, 2n ** 31n))
}

/** `Long.parseLong`. */
export function parseInt64(text: string): bigint {
  return parse(text, 2n ** 63n)
}

function parse(text: string, bound: bigint): bigint {
  const value = /^[+-]?\d+$/.test(text) ? BigInt(text.replace(/^\+/, '')) : undefined
  if (value === undefined || value < -bound || value >= bound)
    throw new JavaError('java.lang.NumberFormatException', `For input string: "${text}"`)
  return value
}

/** `String.split` of Java: what is empty at the end is dropped; a text without the separator is one piece. */
export function javaSplit(text: string, separator: string | RegExp): readonly string[] {
  const pieces = text.split(separator)
  if (pieces.length === 1) return pieces
  while (pieces.length > 0 && pieces.at(-1) === '') pieces.pop()
  return pieces
}
