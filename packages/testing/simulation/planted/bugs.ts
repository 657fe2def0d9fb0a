/** One line of the client made wrong, as somebody might have written it. */
export interface PlantedBug {
  readonly name: string
  /** Below `packages/client/`. */
  readonly file: string
  /** Must be there exactly once. */
  readonly find: string
  readonly replace: string
  /** After how many seeds it must have been found. */
  readonly withinSeeds: number
}

export const plantedBugs: readonly PlantedBug[] = [
  {
    name: 'a buffer is used again although its batch may still be sent (CVE-2026-35554)',
    file: 'producer/answers.ts',
    find: 'if (!batch.isExpired || !batch.isOnWire) this.#parts.accumulator.release(batch, isBufferFree && !batch.isCompressing)',
    replace: 'this.#parts.accumulator.release(batch)',
    withinSeeds: 3_000,
  },
  {
    name: 'NOT_LEADER_OR_FOLLOWER is taken as "not written", and the sequence given anew',
    file: 'producer/verdict.ts',
    find: "if (mayRetry && isRetriable(error)) return { kind: 'retry' }",
    replace:
      "if (mayRetry && isRetriable(error)) return isIdempotent && error === 'NOT_LEADER_OR_FOLLOWER' ? { kind: 'retry', also: 'bump' } : { kind: 'retry' }",
    withinSeeds: 500,
  },
  {
    name: 'a batch that is sent again gets another sequence',
    file: 'producer/sequences.ts',
    find: 'if (batch.sequence === none) {\n      if (!this.isOf(identity))',
    replace: 'if (batch.sequence === none || batch.isRetry) {\n      if (!this.isOf(identity))',
    withinSeeds: 500,
  },
  {
    name: 'a second batch is sent before the first has succeeded (franz-go #223)',
    file: 'producer/sequences.ts',
    find: 'const isProven = this.#provenLeader === leader && this.isOf(identity)',
    replace: 'const isProven = true',
    withinSeeds: 3_000,
  },
  {
    name: 'every record of a batch is told the offset of the first',
    file: 'producer/receipts.ts',
    find: 'outcome.baseOffset + index - from',
    replace: 'outcome.baseOffset',
    withinSeeds: 200,
  },
  {
    name: 'a transaction is committed before its batches have their results',
    file: 'producer/transactions/transacting-producer.ts',
    find: "await this.settle({}, 'committing')",
    replace: '',
    withinSeeds: 1_000,
  },
  {
    name: 'a commit whose outcome is unknown is taken as success',
    file: 'producer/transactions/transacting-producer.ts',
    find: 'await patience.wait(work())',
    replace: "await patience.wait(work()).catch((error) => { if (error.code !== 'REQUEST_TIMED_OUT') throw error })",
    withinSeeds: 2_000,
  },
  {
    name: 'offsets are committed before their records are processed',
    file: 'consumer/positions/partition-state.ts',
    find: 'if (this.holder !== undefined) return this.holder.unfinished',
    replace: '',
    withinSeeds: 500,
  },
  {
    name: 'an answer to a fetch from before a seek is taken',
    file: 'consumer/fetch/fetch-answer.ts',
    find: "!state.isGone && state.ticket === ticket && state.state === 'FETCHING' && state.fetchOffset === fetchOffset",
    replace: "!state.isGone && state.state === 'FETCHING'",
    withinSeeds: 1_000,
  },
  {
    name: 'the list of aborted transactions is taken as sorted (franz-go 1.21.4)',
    file: 'consumer/fetch/aborted-transactions.ts',
    find: 'this.#list = list.toSorted((a, b) => a.firstOffset - b.firstOffset)',
    replace: 'this.#list = list',
    withinSeeds: 1_000,
  },
  {
    name: 'a producer that has aborted once is skipped for ever',
    file: 'consumer/fetch/aborted-transactions.ts',
    find: 'if (this.#isAbort(buffer, position)) this.#producers.delete(id)',
    replace: '',
    withinSeeds: 1_000,
  },
  {
    name: 'an error of OffsetFetch is read as "nothing committed" (platformatic #267)',
    file: 'consumer/commits-fetch.ts',
    find: 'if (!mayPass(error)) throw error',
    replace: 'if (mayPass(error)) return partitions.map(() => undefined)',
    withinSeeds: 1_000,
  },
  {
    name: 'the epoch of a fetch session is not counted on (KIP-227)',
    file: 'consumer/fetch/fetch-session.ts',
    find: 'this.#epoch === 0x7fff_ffff ? firstIncremental : this.#epoch + 1',
    replace: 'firstIncremental',
    withinSeeds: 200,
  },
  {
    name: 'the timer of auto commit is left behind by close',
    file: 'consumer/committing.ts',
    find: 'this.#timer?.cancel()',
    replace: '',
    withinSeeds: 200,
  },
  {
    name: 'readProcessWrite commits what was made of partitions that were lost in the meantime',
    file: 'producer/transactions/read-process-write.ts',
    find: 'touched.filter(({ signal }) => signal.aborted)',
    replace: 'touched.filter(() => false)',
    withinSeeds: 2_000,
  },
  {
    name: 'a partition that goes while a handler of run is at work counts as finished with that handler',
    file: 'consumer/loops/run-lane.ts',
    find: 'if (this.#left > 0 || this.#window.length > 0 || !this.isHolding) return false',
    replace: 'if ((this.#left > 0 && !this.#state.isLeaving) || this.#window.length > 0 || !this.isHolding) return false',
    withinSeeds: 500,
  },
  {
    name: 'overlapping calls of next() take what is there at once',
    file: 'consumer/loops/in-turn.ts',
    find: 'this.#last === undefined ? call() : this.#last.then(call, call)',
    replace: 'call()',
    withinSeeds: 500,
  },
  {
    name: 'what a loop gives back takes the place of what another gave back before',
    file: 'consumer/positions/partition-state.ts',
    find: 'this.#returned === undefined ? slice : joined(slice, this.#returned)',
    replace: 'slice',
    withinSeeds: 1_000,
  },
]
