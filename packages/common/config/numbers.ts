/** Java's largest long, the word for "no limit" of many settings. As a number it is 2^63; as text it stays exact. */
export const maxLong = 2 ** 63

const limits = { SHORT: 2n ** 15n, INT: 2n ** 31n, LONG: 2n ** 63n }
export type WholeType = keyof typeof limits

/** A whole number that fits the type, exact however large; undefined for anything else. */
export function readWhole(type: WholeType, text: string): bigint | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text)
  return value >= -limits[type] && value < limits[type] ? value : undefined
}

/** A number as text, with the ends of a long as Java has them. */
export function wholeText(value: number): string {
  if (value >= maxLong) return '9223372036854775807'
  return Number.isSafeInteger(value) ? String(value) : BigInt(value).toString()
}

/** A double in one of the ways Java understands; undefined for anything else. */
export function readDouble(text: string): number | undefined {
  if (text === 'NaN' || /^[+-]?Infinity$/.test(text)) return Number(text)
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?[df]?$/i.test(text) ? Number.parseFloat(text) : undefined
}

/** A double as Java prints it: `0.5`, `1.0`, `1.0E10`, `1.0E-4`. */
export function doubleText(value: number): string {
  const size = Math.abs(value)
  if (!Number.isFinite(value)) return String(value)
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) {
    const [mantissa = '', exponent = ''] = value.toExponential().split('e')
    return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${Number(exponent)}`
  }
  return Number.isInteger(value) ? `${Object.is(value, -0) ? '-0' : value}.0` : String(value)
}
