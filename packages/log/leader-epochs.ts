import { DiskError } from '@odradek/common/disk'
import type { Disk } from '@odradek/common/disk'
import { formatCheckpoint, MalformedCheckpoint, parseCheckpoint, parseWhole } from './checkpoint-file.ts'

export const leaderEpochsName = 'leader-epoch-checkpoint'

export interface EpochStart {
  readonly epoch: number
  readonly startOffset: number
}

/**
 * Where in the log each leader epoch begins (KIP-101).
 *
 * With the batches
 *
 * ```
 * offset 0..9 epoch 3 | 10..14 epoch 3 | 15..19 epoch 5
 * ```
 *
 * it holds `3 → 0, 5 → 15`. A replica whose last epoch was 4 learns that this log has nothing of epoch 4, and that
 * epoch 3 ended at 15: there it has to cut.
 */
export class LeaderEpochs {
  #starts: EpochStart[] = []

  static from(starts: readonly EpochStart[]): LeaderEpochs {
    const epochs = new LeaderEpochs()
    for (const { epoch, startOffset } of starts) epochs.assign(epoch, startOffset)
    return epochs
  }

  get all(): readonly EpochStart[] {
    return this.#starts
  }

  /** −1 when there is none. */
  get latestEpoch(): number {
    return this.#starts.at(-1)?.epoch ?? -1
  }

  /** Takes note of a batch. Returns whether something changed. Entries that contradict the new one are dropped. */
  assign(epoch: number, startOffset: number): boolean {
    const last = this.#starts.at(-1)
    if (epoch < 0 || (last !== undefined && epoch === last.epoch && startOffset >= last.startOffset)) return false
    const keep = this.#starts.findLastIndex((start) => start.epoch < epoch && start.startOffset < startOffset)
    this.#starts.length = keep + 1
    this.#starts.push({ epoch, startOffset })
    return true
  }

  /** Where the largest epoch at or below `epoch` ends, in a log that ends at `logEnd`: what OffsetForLeaderEpoch answers. */
  endOf(epoch: number, logEnd: number): { readonly epoch: number; readonly endOffset: number } {
    const unknown = { epoch: -1, endOffset: -1 }
    if (epoch === -1) return unknown
    if (epoch === this.latestEpoch) return { epoch, endOffset: logEnd }
    const next = this.#starts.findIndex((start) => start.epoch > epoch)
    const following = this.#starts[next]
    if (following === undefined) return unknown
    // Below the first known epoch the question is given back: what it asks about has been deleted.
    return { epoch: this.#starts[next - 1]?.epoch ?? epoch, endOffset: following.startOffset }
  }

  /** Epoch of the batch at `offset`, −1 when unknown. */
  epochAt(offset: number): number {
    return this.#starts.findLast((start) => start.startOffset <= offset)?.epoch ?? -1
  }

  /** The log now ends at `offset`. Returns whether something changed. */
  truncateFromEnd(offset: number): boolean {
    const keep = this.#starts.findLastIndex((start) => start.startOffset < offset)
    if (keep + 1 === this.#starts.length) return false
    this.#starts.length = keep + 1
    return true
  }

  /** The log now begins at `offset`: the epoch that holds it begins there too. Returns whether something changed. */
  truncateFromStart(offset: number): boolean {
    const first = this.#starts.findLastIndex((start) => start.startOffset <= offset)
    const kept = this.#starts[first]
    if (kept === undefined || (first === 0 && kept.startOffset === offset)) return false
    this.#starts = [{ epoch: kept.epoch, startOffset: offset }, ...this.#starts.slice(first + 1)]
    return true
  }

  clear(): void {
    this.#starts.length = 0
  }
}

export function formatLeaderEpochs(epochs: LeaderEpochs): string {
  return formatCheckpoint(epochs.all.map(({ epoch, startOffset }) => `${epoch} ${startOffset}`))
}

/** Reads `leader-epoch-checkpoint`; undefined without one. Throws `MalformedCheckpoint`. */
export function readLeaderEpochs(disk: Disk, directory: string): LeaderEpochs | undefined {
  const path = `${directory}/${leaderEpochsName}`
  let text: string
  try {
    text = disk.readFile(path).toString('utf8')
  } catch (error) {
    if (error instanceof DiskError && error.code === 'ENOENT') return undefined
    throw error
  }
  const starts = parseCheckpoint(path, text, 2).map(([epoch = '', startOffset = '']) => ({
    epoch: parseWhole(epoch),
    startOffset: parseWhole(startOffset),
  }))
  const rises = (start: EpochStart, index: number): boolean => {
    const before = starts[index - 1]
    return start.epoch > (before?.epoch ?? -1) && start.startOffset > (before?.startOffset ?? -1)
  }
  if (!starts.every(rises)) throw new MalformedCheckpoint(path, 'epochs and offsets do not rise')
  return LeaderEpochs.from(starts)
}
