const binary: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 }
const decimal: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, G: 1e9, T: 1e12 }

/** Bytes of `5GiB`, `64MiB`, `100kB`, `512B`; undefined when it is no size. A plain number is none: it says nothing of its unit. */
export function sizeBytes(text: string): number | undefined {
  const found = /^(\d+(?:\.\d+)?)\s*([kKMGT]?)(i?)B$/.exec(text)
  if (found === null) return undefined
  const factor = (found[3] === 'i' ? binary : decimal)[(found[2] ?? '').toUpperCase()]
  return factor === undefined ? undefined : Math.round(Number(found[1]) * factor)
}

/** As people say it: `1.5 GiB`, `812 B`. */
export function formatSize(bytes: number): string {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let [amount, index] = [bytes, 0]
  while (amount >= 1024 && index < names.length - 1) [amount, index] = [amount / 1024, index + 1]
  const digits = index === 0 || amount >= 100 ? 0 : 1
  return `${amount.toFixed(digits)} ${names[index] ?? ''}`
}
