import type { ModelTransactions, TransactionObserver } from '../brokers/model-transactions.ts'
import type { World } from '../world/world.ts'
import type { Sent } from './ledger.ts'
import type { LogChecker } from './log-checker.ts'

/** A transaction as its producer sees it. */
export class TransactionStory {
  readonly transactionalId: string
  readonly sent: Sent[] = []
  /** How many decisions the coordinator had taken for the id when this one began. */
  readonly decidedBefore: number
  outcome: 'unknown' | 'committed' | 'aborted' = 'unknown'

  constructor(transactionalId: string, decidedBefore: number) {
    this.transactionalId = transactionalId
    this.decidedBefore = decidedBefore
  }
}

/** What coordinators decide, against what producers are told: TX1, TX3, TX5. */
export class TransactionChecker implements TransactionObserver {
  readonly #world: World
  readonly #log: LogChecker
  readonly #decisions = new Map<string, ('commit' | 'abort')[]>()
  readonly #stories: TransactionStory[] = []

  constructor(world: World, log: LogChecker) {
    this.#world = world
    this.#log = log
  }

  decided(transactionalId: string, _number: number, decision: 'commit' | 'abort'): void {
    const decisions = this.#decisions.get(transactionalId)
    if (decisions === undefined) this.#decisions.set(transactionalId, [decision])
    else decisions.push(decision)
  }

  begin(transactionalId: string): TransactionStory {
    const story = new TransactionStory(transactionalId, this.#decisions.get(transactionalId)?.length ?? 0)
    this.#stories.push(story)
    this.#world.note('begin', transactionalId)
    return story
  }

  /** The producer was told that its transaction is committed. */
  committed(story: TransactionStory): void {
    story.outcome = 'committed'
    const since = this.#since(story)
    this.#world.note('told committed', story.transactionalId, story.sent.length)
    if (story.sent.length > 0 && since[0] !== 'commit')
      this.#world.violate(
        'TX3',
        `${story.transactionalId} was told that its transaction is committed, and the coordinator had decided ${since.join(', ') || 'nothing'}`,
      )
    const open = story.sent.find(({ outcome }) => outcome !== 'acked')
    if (open !== undefined)
      this.#world.violate('TX1', `${story.transactionalId} is committed, and value ${open.value} in it is ${open.outcome}`)
  }

  /** The producer was told that its transaction is aborted. */
  aborted(story: TransactionStory): void {
    story.outcome = 'aborted'
    this.#world.note('told aborted', story.transactionalId, story.sent.length)
    if (this.#since(story).includes('commit'))
      this.#world.violate(
        'TX3',
        `${story.transactionalId} was told that its transaction is aborted, and the coordinator had decided to commit`,
      )
  }

  /** In the end: all of a transaction's records are to be seen, or none. */
  checkWhole(transactions: ModelTransactions): void {
    const [stillOpen] = transactions.open
    if (stillOpen !== undefined) this.#world.violate('TX7', `the transaction of ${stillOpen} is still open`)
    for (const story of this.#stories) {
      const standings = story.sent.map((sent) => this.#standingOf(sent))
      const committed = standings.filter((standing) => standing === 'committed').length
      if (story.outcome === 'committed' && committed < standings.length)
        return this.#world.violate('torn', `${story.transactionalId}: committed, and only ${committed} of ${standings.length} records are`)
      if (story.outcome === 'aborted' && committed > 0)
        return this.#world.violate('G1a', `${story.transactionalId}: aborted, and ${committed} of its records are committed`)
      const acked = story.sent.filter(({ outcome }) => outcome === 'acked')
      const ackedCommitted = acked.filter((sent) => this.#standingOf(sent) === 'committed').length
      if (ackedCommitted > 0 && ackedCommitted < acked.length)
        return this.#world.violate(
          'torn',
          `${story.transactionalId}: ${ackedCommitted} of ${acked.length} acknowledged records are committed`,
        )
    }
  }

  #standingOf({ value }: Sent): string {
    const placed = this.#log.placeOf(value)
    const batch = placed?.partition.batchAt(placed.offset)
    return placed === undefined || batch === undefined ? 'nowhere' : placed.partition.standingOf(batch)
  }

  #since(story: TransactionStory): readonly ('commit' | 'abort')[] {
    return (this.#decisions.get(story.transactionalId) ?? []).slice(story.decidedBefore)
  }
}
