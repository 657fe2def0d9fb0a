import { illegalArgument } from './java-error.ts'

/** A base64 id as `Uuid.fromString` reads it, with its complaints. */
export function checkUuid(text: string): string {
  if (text.length > 24)
    throw illegalArgument(`Input string with prefix \`${text.slice(0, 24)}\` is too long to be decoded as a base64 UUID`)
  const bytes = decodedLength(text)
  if (bytes === 16) return text
  throw illegalArgument(
    `Input string \`${text}\` decoded as ${bytes} bytes, which is not equal to the expected 16 bytes of a base64-encoded UUID`,
  )
}

/** Java's decoder takes the alphabet of URLs, padded or not, and nothing else. */
function decodedLength(text: string): number {
  const letters = text.replace(/={1,2}$/, '')
  const strange = /[^\w-]/.exec(letters)
  if (strange !== null) throw illegalArgument(`Illegal base64 character ${strange[0].charCodeAt(0).toString(16)}`)
  if (letters.length % 4 === 1) throw illegalArgument('Last unit does not have enough valid bits')
  if (letters !== text && text.length % 4 !== 0) throw illegalArgument('Input byte array has wrong 4-byte ending unit')
  return Buffer.from(letters, 'base64url').length
}
