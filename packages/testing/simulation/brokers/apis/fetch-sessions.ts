import type { SeededRandom } from '@odradek/common/random'

export interface SessionPartition {
  readonly topic: string
  readonly topicId: string
  readonly partition: number
  readonly currentLeaderEpoch: number
  readonly fetchOffset: number
  readonly lastFetchedEpoch: number
  readonly partitionMaxBytes: number
}

export interface FetchSession {
  readonly id: number
  epoch: number
  /** The connection on which it was last asked for. */
  linkId: number
  readonly partitions: Map<string, SessionPartition>
  /** What was last told of each partition, so that only news are sent. */
  readonly told: Map<string, number>
}

const mostSessions = 32

/** The fetch sessions of one broker (KIP-227). */
export class FetchSessions {
  readonly #sessions = new Map<number, FetchSession>()
  readonly #dice: SeededRandom

  constructor(dice: SeededRandom) {
    this.#dice = dice
  }

  get(id: number): FetchSession | undefined {
    return this.#sessions.get(id)
  }

  open(linkId: number): FetchSession {
    const session: FetchSession = { id: 1 + this.#dice.nextInt(0x7fff_fffe), epoch: 1, linkId, partitions: new Map(), told: new Map() }
    this.#sessions.set(session.id, session)
    if (this.#sessions.size > mostSessions) for (const id of this.#sessions.keys()) return this.#dropAndGive(id, session)
    return session
  }

  close(id: number): void {
    this.#sessions.delete(id)
  }

  clear(): void {
    this.#sessions.clear()
  }

  #dropAndGive(id: number, session: FetchSession): FetchSession {
    this.#sessions.delete(id)
    return session
  }
}
