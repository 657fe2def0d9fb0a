/** One element of DER: a tag and what it holds. */
export interface Element {
  readonly tag: number
  readonly content: Buffer
  /** With its tag and length. */
  readonly whole: Buffer
}

export const tags = { integer: 0x02, octets: 0x04, oid: 0x06, sequence: 0x30, set: 0x31, context0: 0xa0, implicit0: 0x80 } as const

/** The elements in a piece of DER, one behind the other. Throws `RangeError` when it is none. */
export function elementsOf(der: Buffer): readonly Element[] {
  const elements: Element[] = []
  let at = 0
  while (at < der.length) {
    const start = at
    const tag = der.readUInt8(at++)
    let length = der.readUInt8(at++)
    if (length === 0x80) throw new RangeError('An element of indefinite length')
    if (length > 0x80) {
      const bytes = length & 0x7f
      if (bytes > 4) throw new RangeError('An element that is too long')
      length = der.readUIntBE(at, bytes)
      at += bytes
    }
    if (at + length > der.length) throw new RangeError('An element that ends behind its end')
    elements.push({ tag, content: der.subarray(at, at + length), whole: der.subarray(start, at + length) })
    at += length
  }
  return elements
}

/** The elements in the first element, which must have that tag. */
export function inside(der: Buffer, tag: number = tags.sequence): readonly Element[] {
  const [element] = elementsOf(der)
  if (element?.tag !== tag) throw new RangeError(`An element of tag ${element?.tag} where ${tag} was expected`)
  return elementsOf(element.content)
}

/** An object identifier in its dotted form. */
export function oidOf({ tag, content }: Element): string {
  if (tag !== tags.oid) throw new RangeError('An element that is no object identifier')
  const numbers: number[] = []
  let value = 0
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f)
    if (byte >= 0x80) continue
    numbers.push(value)
    value = 0
  }
  const [first = 0, ...rest] = numbers
  const root = Math.min(2, Math.floor(first / 40))
  return [root, first - root * 40, ...rest].join('.')
}
