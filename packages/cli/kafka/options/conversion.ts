import type { OptionSpec } from './option-spec.ts'

/** Whether Java would read this text as the type that the option is declared with. */
export function canConvert({ type = 'string', oneOf }: OptionSpec, text: string): boolean {
  if (oneOf !== undefined) return oneOf.some((word) => word.toLowerCase() === text.toLowerCase())
  switch (type) {
    case 'int':
      return isWithin(text, 2n ** 31n)
    case 'long':
      return isWithin(text, 2n ** 63n)
    case 'double':
      return /^\s*[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?)\s*$/.test(text)
    default:
      return true
  }
}

function isWithin(text: string, bound: bigint): boolean {
  if (!/^[+-]?\d+$/.test(text)) return false
  const value = BigInt(text.replace(/^\+/, ''))
  return value >= -bound && value < bound
}
