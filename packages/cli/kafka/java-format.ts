/** A number as Java's `%.2f` prints it: halves of its decimal digits are rounded up, `NaN` and `Infinity` are words. */
export function fixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return String(value)
  const [mantissa = '', exponent = ''] = Math.abs(value).toExponential().split('e')
  const digits = mantissa.replace('.', '')
  const shift = Number(exponent) - (digits.length - 1) + decimals
  const whole = BigInt(digits)
  const scaled = shift >= 0 ? whole * 10n ** BigInt(shift) : halfUp(whole, 10n ** BigInt(-shift))
  const text = scaled.toString().padStart(decimals + 1, '0')
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  return decimals === 0 ? sign + text : `${sign}${text.slice(0, -decimals)}.${text.slice(-decimals)}`
}

function halfUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor / 2n) / divisor
}
