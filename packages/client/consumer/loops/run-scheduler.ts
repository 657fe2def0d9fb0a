import type { Handed } from '../fetch/reader.ts'
import type { PartitionState } from '../positions/partition-state.ts'
import { RunLane } from './run-lane.ts'
import type { RunOrder, Task } from './run-lane.ts'

export interface SchedulerOptions {
  readonly order: RunOrder
  readonly concurrency: number
  /** Records of one partition that may be begun before its first is finished. */
  readonly maxAhead: number
}

/** Decides which record is handled next in `run`: partitions in turn, as many at once as allowed, in the order asked for. */
export class RunScheduler {
  readonly #options: SchedulerOptions
  /** By name, so that a partition that left and came back waits for the handlers of before. */
  readonly #lanes = new Map<string, RunLane>()
  readonly #queue: RunLane[] = []
  #running = 0
  /** Those whose handlers have not finished at once, in the order in which they were begun. */
  readonly #atWork = new Set<Task>()

  constructor(options: SchedulerOptions) {
    this.#options = options
  }

  get running(): number {
    return this.#running
  }

  /** Records that follow those of the partition that are here. */
  admit(handed: Handed): void {
    const { state } = handed
    let lane = this.#lanes.get(state.name)
    if (lane === undefined) this.#lanes.set(state.name, (lane = new RunLane(state, this.#options.order, this.#options.maxAhead)))
    lane.admit(handed)
    state.isBlocked = true
    this.#enqueue(lane)
  }

  /** The next record to be handled; it counts as begun. */
  next(): Task | undefined {
    if (this.#running >= this.#options.concurrency) return undefined
    for (let asked = this.#queue.length; asked > 0; asked--) {
      const lane = this.#queue.shift()!
      lane.isQueued = false
      if (!lane.isHolding || lane.state.isPaused || lane.state.isLeaving) continue
      const task = lane.next()
      if (task === undefined) continue
      this.#running++
      this.#enqueue(lane)
      return task
    }
    return undefined
  }

  /** Its handler goes on by itself, since that time (monotonic). */
  goesOn(task: Task, sinceMs: number): void {
    if (task.startedMs !== undefined) return
    task.startedMs = sinceMs
    this.#atWork.add(task)
  }

  /** A handler is done. Gives the partition if it may be asked for more records now. */
  finish(task: Task, isProcessed = true): PartitionState | undefined {
    const { lane } = task
    const { state } = lane
    this.#running--
    if (task.startedMs !== undefined) this.#atWork.delete(task)
    lane.finish(task, isProcessed)
    this.#enqueue(lane)
    if (!lane.isHolding) return undefined
    const isEmpty = lane.releaseIfEmpty()
    if (!isEmpty && !lane.wantsMore) return undefined
    state.isBlocked = false
    return state
  }

  /**
   * Looks after what has happened to partitions since: those that leave give up what was not begun, and are let go when their handlers are done; paused ones that were resumed
   * go on; after a seek nothing of before counts. Gives the partitions that nobody holds any more.
   */
  sweep(): readonly PartitionState[] {
    const released: PartitionState[] = []
    for (const [name, lane] of this.#lanes) {
      const { state } = lane
      if (state.isLeaving && lane.isHolding) {
        // Nothing more of it is begun. What was not stays in the window, so that what finishes behind it does not count as all that came.
        if (lane.running > 0) continue
        lane.letGo()
        released.push(state)
      }
      if (!lane.isHolding) {
        lane.letGo()
        if (!state.isGone) state.isBlocked = false
        if (lane.running === 0) this.#lanes.delete(name)
        released.push(state)
      } else if (!state.isPaused) this.#enqueue(lane)
    }
    return released
  }

  /** When the handler was begun that has been at work longest; undefined when none is. */
  get oldestStartMs(): number | undefined {
    // Begun in this order, so the first that counts is the oldest.
    for (const { startedMs, lane } of this.#atWork) if (lane.isHolding) return startedMs
    return undefined
  }

  /** All partitions go on from their first record that is not finished. Gives them. */
  end(): readonly PartitionState[] {
    const states: PartitionState[] = []
    for (const lane of this.#lanes.values()) {
      const { state } = lane
      if (lane.isHolding && !lane.releaseIfEmpty()) lane.letGo()
      state.isBlocked = false
      states.push(state)
    }
    this.#lanes.clear()
    this.#queue.length = 0
    return states
  }

  #enqueue(lane: RunLane): void {
    if (lane.isQueued) return
    lane.isQueued = true
    this.#queue.push(lane)
  }
}
