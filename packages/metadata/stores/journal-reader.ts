import { UserError } from '@odradek/common/errors'
import type { Entries } from './entries.ts'
import { decodeFrame, decodeHeader, formatVersion, frameEnd, headerSize, nextFrame } from './journal-format.ts'

/** Positions in a journal: where its snapshot ends, where its last intact commit ends, and its size. */
export interface JournalExtent {
  readonly snapshotEnd: number
  readonly end: number
  readonly size: number
  /** Keys that one of its commits deletes. */
  readonly removed: ReadonlySet<string>
}

/**
 * Reads a journal into `entries`, up to what a crash left unfinished at its end.
 *
 * Only one frame is ever on its way to the disk, so a broken frame with an intact one after it was once complete: the disk
 * has lost something that was acknowledged. Then it throws a `UserError`, since going on without it would lose topics.
 */
export function readJournal(path: string, bytes: Buffer, entries: Entries): JournalExtent {
  const version = decodeHeader(bytes)
  if (version === undefined) throw damaged(path, 0, 'this is not the beginning of a journal')
  if (version > formatVersion) {
    throw new UserError(
      `${path} has format ${version} and this Odradek reads formats up to ${formatVersion}: start the newer Odradek that wrote it.`,
    )
  }
  const snapshotEnd = readSnapshot(path, bytes, entries)
  const removed = new Set<string>()
  return { snapshotEnd, end: readCommits(path, bytes, snapshotEnd, entries, removed), size: bytes.length, removed }
}

function readSnapshot(path: string, bytes: Buffer, entries: Entries): number {
  let position = headerSize
  for (;;) {
    const end = frameEnd(bytes, position)
    const body = end === undefined ? undefined : decodeFrame(bytes, position, end)
    if (end === undefined || body === undefined || body.kind === 'commits') throw damaged(path, position, 'the snapshot is broken')
    position = end
    if (body.kind === 'end') {
      if (body.entries !== entries.size) throw damaged(path, position, 'the snapshot is not complete')
      entries.restoreRevision(body.revision)
      return position
    }
    for (const entry of body.entries) entries.restore(entry)
  }
}

function readCommits(path: string, bytes: Buffer, start: number, entries: Entries, removed: Set<string>): number {
  let position = start
  while (position < bytes.length) {
    const end = frameEnd(bytes, position)
    if (end === undefined) {
      if (nextFrame(bytes, position) !== undefined) throw damaged(path, position, 'a commit is broken, and later ones are not')
      break
    }
    const body = decodeFrame(bytes, position, end)
    if (body?.kind !== 'commits') throw damaged(path, position, 'this is not a commit')
    for (const { revision, writes } of body.commits) {
      if (revision !== entries.revision + 1) throw damaged(path, position, `revision ${revision} follows revision ${entries.revision}`)
      entries.apply(revision, writes)
      for (const { key, value } of writes) if (value === undefined) removed.add(key)
    }
    position = end
  }
  return position
}

function damaged(path: string, position: number, what: string): UserError {
  return new UserError(
    `The cluster metadata in ${path} is damaged at byte ${position}: ${what}. Nothing was changed. ` +
      'Bring the file back from a copy; without it nobody knows the topics of this directory.',
  )
}
