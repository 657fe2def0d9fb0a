import type { Member, Protocol } from './member.ts'

/** Counts how many members support each protocol, so that a join need not ask all of them. */
export class ProtocolVotes {
  readonly #supporters = new Map<string, number>()

  add(protocols: readonly Protocol[]): void {
    for (const name of namesOf(protocols)) this.#supporters.set(name, (this.#supporters.get(name) ?? 0) + 1)
  }

  remove(protocols: readonly Protocol[]): void {
    for (const name of namesOf(protocols)) {
      const left = (this.#supporters.get(name) ?? 0) - 1
      if (left > 0) this.#supporters.set(name, left)
      else this.#supporters.delete(name)
    }
  }

  isSharedBy(name: string, memberCount: number): boolean {
    return (this.#supporters.get(name) ?? 0) === memberCount
  }

  /** Each member votes for the first of its protocols that all support; most votes win, and among equals the first voted for. */
  elect(members: readonly Member[]): string | undefined {
    const votes = new Map<string, number>()
    for (const { protocols } of members) {
      const vote = protocols.find(({ name }) => this.isSharedBy(name, members.length))?.name
      if (vote !== undefined) votes.set(vote, (votes.get(vote) ?? 0) + 1)
    }
    let elected: string | undefined
    for (const [name, count] of votes) if (elected === undefined || count > (votes.get(elected) ?? 0)) elected = name
    return elected
  }
}

/** A member that names a protocol twice supports it once. */
function namesOf(protocols: readonly Protocol[]): ReadonlySet<string> {
  return new Set(protocols.map(({ name }) => name))
}
