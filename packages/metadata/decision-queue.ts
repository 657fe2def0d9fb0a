import { KafkaError } from '@odradek/protocol'
import type { Decision, DecisionContext } from './controller/decision.ts'
import type { ImageFollower } from './image-follower.ts'
import type { ClusterImage } from './image/cluster-image.ts'
import type { Change, MetadataStore, Versioned } from './store.ts'
import { StaleRevisionError } from './store-errors.ts'

type Decide<Answer> = (context: DecisionContext) => Decision<Answer>

/** A decision that somebody waits for. */
interface Pending {
  /** Decides, and returns what is to be written and how to answer when it is. */
  readonly decide: (context: DecisionContext) => { readonly changes: readonly Change[]; readonly answer: () => void }
  readonly fail: (error: unknown) => void
}

/** How often a decision is made anew when others were faster. More often than this, something goes round in circles. */
const maxAttempts = 100

/**
 * Makes decisions one after another, each on what the one before has left.
 *
 * Decisions that wait while a commit is under way ride together in the next one. Somebody is answered when the local image
 * holds the change: whoever asks this broker next sees it. When the store has moved on under a decision, it is made anew.
 */
export class DecisionQueue {
  readonly #store: MetadataStore
  readonly #follower: ImageFollower
  readonly #contextOf: (image: ClusterImage) => DecisionContext
  #waiting: Pending[] = []
  #running: Promise<void> | undefined

  constructor(store: MetadataStore, follower: ImageFollower, contextOf: (image: ClusterImage) => DecisionContext) {
    this.#store = store
    this.#follower = follower
    this.#contextOf = contextOf
  }

  /** Rejects with the `KafkaError` KAFKA_STORAGE_ERROR when the store can't write. */
  submit<Answer>(decide: Decide<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        decide: (context) => {
          const { changes, answer } = decide(context)
          return { changes, answer: () => resolve(answer) }
        },
        fail: reject,
      })
      this.#running ??= this.#run()
    })
  }

  /** Decides without writing: for requests that only want to know whether it would work. */
  preview<Answer>(decide: Decide<Answer>): Answer {
    return decide(this.#contextOf(this.#follower.image)).answer
  }

  /** Resolves when nothing waits any more. */
  async settled(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    // What else this turn submits joins the first commit.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      await this.#settle(batch)
    }
    this.#running = undefined
  }

  async #settle(batch: readonly Pending[]): Promise<void> {
    try {
      for (let attempt = 1; ; attempt++) {
        const plan = this.#plan(this.#follower.image, batch)
        const { isStale, revision } = await this.#commit(plan.changes, attempt)
        await this.#follower.reached(revision)
        if (isStale) continue
        for (const answer of plan.answers) answer()
        return
      }
    } catch (error) {
      const failure =
        error instanceof KafkaError ? error : new KafkaError('KAFKA_STORAGE_ERROR', 'The metadata could not be written.', { cause: error })
      for (const { fail } of batch) fail(failure)
    }
  }

  /** The revision of the store afterwards; stale when the decision was made on an image that is older. */
  async #commit(changes: readonly Change[], attempt: number): Promise<{ readonly isStale: boolean; readonly revision: number }> {
    if (changes.length === 0) return { isStale: false, revision: 0 }
    try {
      return { isStale: false, revision: await this.#store.commit(changes) }
    } catch (error) {
      if (error instanceof StaleRevisionError && attempt < maxAttempts) return { isStale: true, revision: error.revision }
      throw error
    }
  }

  #plan(
    image: ClusterImage,
    batch: readonly Pending[],
  ): { readonly changes: readonly Change[]; readonly answers: readonly (() => void)[] } {
    const merged = new Map<string, Change>()
    const answers: (() => void)[] = []
    let ahead = image
    for (const [index, { decide, fail }] of batch.entries()) {
      let decision
      try {
        decision = decide(this.#contextOf(ahead))
      } catch (error) {
        // A bug in one decision is that request's alone.
        fail(error)
        continue
      }
      answers.push(decision.answer)
      if (decision.changes.length === 0) continue
      for (const change of decision.changes) merge(merged, change)
      if (index < batch.length - 1) ahead = imageAfter(ahead, decision.changes)
    }
    return { changes: Array.from(merged.values()), answers }
  }
}

/** A key that two decisions of one commit change gets the last value; what is expected of it is what the first one found. */
function merge(merged: Map<string, Change>, change: Change): void {
  const first = merged.get(change.key)
  if (first === undefined) {
    merged.set(change.key, change)
    return
  }
  const { expected: _later, ...rest } = change
  merged.set(change.key, first.expected === undefined ? rest : { ...rest, expected: first.expected })
}

/** The image as it would be, for decisions that ride in the same commit. Its revisions are not the store's. */
function imageAfter(image: ClusterImage, changes: readonly Change[]): ClusterImage {
  const revision = image.revision + 1
  return image.apply({ revision, changes: changes.map(({ key, value }) => ({ key, value: versioned(key, value, revision) })) }).image
}

function versioned(key: string, value: Change['value'], revision: number): Versioned | undefined {
  return value === undefined ? undefined : { key, value, createRevision: revision, modRevision: revision }
}
