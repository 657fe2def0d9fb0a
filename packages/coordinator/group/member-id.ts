import type { Random } from '@odradek/common/random'

/** A random uuid in its usual spelling with hyphens (version 4), as it stands in members' ids. */
export function hyphenatedUuid(random: Random): string {
  const bytes = Buffer.from(random.bytes(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** The id of a new member: what it is called, and a random uuid behind it. Of a name that is too long for an id with the uuid, the beginning. */
export function memberIdOf(name: string, uuid: string): string {
  const start = name.length > longestName ? name.slice(0, longestName).toWellFormed() : name
  return `${start}-${uuid}`
}

/** A third of what a string of Kafka's may have in bytes, less the uuid. */
const longestName = 10_000
