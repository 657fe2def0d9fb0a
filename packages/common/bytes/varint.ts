/** Zigzag keeps small negative numbers short: 0, −1, 1, −2 … become 0, 1, 2, 3 …. Plain arithmetic holds beyond 32 bits. */
function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value
}

/** Bytes of an unsigned varint. */
export function uvarintSize(value: number): number {
  let size = 1
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++
  return size
}

/** Bytes of a signed number as varint or varlong: the encoding is the same, only the range differs. */
export function varintSize(value: number): number {
  return uvarintSize(zigzag(value))
}

/** Writes an unsigned varint and returns the position behind it. Up to 10 bytes; room is the caller's business. */
export function putUvarint(buffer: Uint8Array, position: number, value: number): number {
  let rest = value
  let at = position
  while (rest >= 0x8000_0000) {
    buffer[at++] = (rest % 0x80) | 0x80
    rest = Math.floor(rest / 0x80)
  }
  while (rest >= 0x80) {
    buffer[at++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  buffer[at++] = rest
  return at
}

/** Writes a signed number as varint or varlong and returns the position behind it. Exact below 2^52. */
export function putVarint(buffer: Uint8Array, position: number, value: number): number {
  return putUvarint(buffer, position, zigzag(value))
}
