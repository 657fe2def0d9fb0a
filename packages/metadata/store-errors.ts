/** A commit expected something of the store that is no longer so. Nothing was written: look again and decide anew. */
export class StaleRevisionError extends Error {
  override readonly name = 'StaleRevisionError'
  /** Revision of the store when it refused: an image that has come to it knows why. */
  readonly revision: number

  constructor(key: string, expected: number, found: number, revision: number) {
    super(`${key} is at revision ${found}, and revision ${expected} was expected`)
    this.revision = revision
  }
}

/** The commits that were asked for are no longer kept. Read everything anew and watch from there. */
export class CompactedError extends Error {
  override readonly name = 'CompactedError'

  constructor(fromRevision: number, firstKept: number) {
    super(`commits after revision ${fromRevision} were asked for, and the first one kept is ${firstKept}`)
  }
}

/** The store can no longer say whether a commit would last: its disk failed, or it was closed. Nothing more is written. */
export class StoreClosedError extends Error {
  override readonly name = 'StoreClosedError'
}
