import { ByteReader } from '@odradek/common/bytes'
import { metadataOf } from './member.ts'
import type { Member } from './member.ts'

/**
 * The topics that consumers subscribe, out of what they wrote into their metadata; undefined when one of them can't be read.
 *
 * The bytes are the clients' own affair, but consumers have agreed on a form: int16 version, then an array of topic names
 * in every version. Only that beginning is read.
 */
export function subscribedTopics(members: readonly Member[], protocol: string | undefined): ReadonlySet<string> | undefined {
  const topics = new Set<string>()
  for (const member of members) {
    const metadata = metadataOf(member, protocol)
    if (metadata === undefined || !readTopics(metadata, topics)) return undefined
  }
  return topics
}

function readTopics(metadata: Uint8Array, topics: Set<string>): boolean {
  const reader = new ByteReader(Buffer.from(metadata.buffer, metadata.byteOffset, metadata.byteLength), 0, metadata.byteLength)
  try {
    const version = reader.int16()
    if (version < 0) return false
    const count = reader.int32()
    for (let index = 0; index < count; index++) topics.add(reader.utf8(reader.int16()))
    return true
  } catch {
    return false
  }
}
