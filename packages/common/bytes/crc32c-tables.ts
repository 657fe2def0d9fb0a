/** Table k tells what a byte does to the checksum when k more bytes follow it; one behind the other, 256 entries each. */
export function crc32cTables(slices: number): Int32Array<ArrayBuffer> {
  const tables = new Int32Array(slices * 256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
    tables[byte] = crc
  }
  for (let at = 256; at < tables.length; at++) {
    const previous = tables[at - 256]!
    tables[at] = (previous >>> 8) ^ tables[previous & 255]!
  }
  return tables
}
