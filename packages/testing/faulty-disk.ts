import type { DirectoryEntry, Disk, FileStatus, MemoryDisk, OpenFile } from '@odradek/common/disk'
import { DiskError, MemoryFile } from '@odradek/common/disk'
import type { Random } from '@odradek/common/random'
import type { Timer } from '@odradek/common/time'
import { FaultyFile } from './faulty-file.ts'
import type { DiskOperation, Misfortune } from './faulty-file.ts'
import { afterPowerCut, randomSurvival } from './power-cut.ts'
import type { Survival } from './power-cut.ts'

/** Something that goes wrong. `short` writes a part and says so; every other word is the system's code of the failure. */
export interface DiskFault {
  readonly on: DiskOperation
  readonly give: 'EIO' | 'ENOSPC' | 'EDQUOT' | 'EROFS' | 'EMFILE' | 'short'
  /** Which files; all by default. */
  readonly where?: (path: string) => boolean
  /** How often; once by default. */
  readonly times?: number
  /** How likely, each time; 1 by default. */
  readonly likelihood?: number
}

export interface FaultyDiskOptions {
  /** With it, reads and syncs that have a promise take `latencyMs`; without it they are done at once. */
  readonly timer?: Timer
  /** Milliseconds that the next read or sync takes. */
  readonly latencyMs?: (operation: 'read' | 'sync', path: string) => number
}

/**
 * A disk that fails as disks do: on request, by chance, and when the power is cut.
 *
 * ```ts
 * const disk = new FaultyDisk(new MemoryDisk(), new SeededRandom(seed))
 * disk.break({ on: 'sync', give: 'EIO' }) // the next sync fails, and the one after it lies
 * …
 * const found = disk.crash() // what a broker finds that starts after the power cut
 * ```
 */
export class FaultyDisk implements Disk, Misfortune {
  readonly #disk: MemoryDisk
  readonly #random: Random
  readonly #options: FaultyDiskOptions
  #faults: { readonly fault: DiskFault; left: number }[] = []
  #isOff = false

  constructor(disk: MemoryDisk, random: Random, options: FaultyDiskOptions = {}) {
    this.#disk = disk
    this.#random = random
    this.#options = options
  }

  /** Plans a fault. Several may wait; the first that fits strikes. */
  break(fault: DiskFault): void {
    this.#faults.push({ fault, left: fault.times ?? 1 })
  }

  /** Forgets all planned faults. */
  heal(): void {
    this.#faults = []
  }

  /**
   * Cuts the power and gives the disk as it is found afterwards. This one is dead: what waits for it waits for ever, and
   * what still calls it fails.
   */
  crash(survival: Survival = randomSurvival(this.#random)): FaultyDisk {
    this.#isOff = true
    return new FaultyDisk(afterPowerCut(this.#disk, survival), this.#random, this.#options)
  }

  /** Ends the process and not the machine: nothing is lost but the open files. */
  kill(): FaultyDisk {
    this.#isOff = true
    return new FaultyDisk(this.#disk, this.#random, this.#options)
  }

  open(path: string, mode: 'read' | 'write' | 'create' | 'exclusive'): OpenFile {
    this.strike('open', path)
    const file = this.#disk.open(path, mode)
    const node = this.#disk.find(path)
    if (!(node instanceof MemoryFile)) throw new DiskError('EISDIR', path, { doing: 'open' })
    return new FaultyFile(file, node, this)
  }

  list(directory: string): readonly DirectoryEntry[] {
    this.strike('list', directory)
    return this.#disk.list(directory)
  }

  stat(path: string): FileStatus | undefined {
    this.mustBeOn()
    return this.#disk.stat(path)
  }

  readFile(path: string): Buffer {
    this.strike('read', path)
    return this.#disk.readFile(path)
  }

  makeDirectory(path: string): void {
    this.strike('make directory', path)
    this.#disk.makeDirectory(path)
  }

  rename(from: string, to: string): void {
    this.strike('rename', from)
    this.#disk.rename(from, to)
  }

  unlink(path: string): void {
    this.strike('unlink', path)
    this.#disk.unlink(path)
  }

  removeTree(path: string): void {
    this.strike('unlink', path)
    this.#disk.removeTree(path)
  }

  syncDirectory(path: string): void {
    this.strike('sync directory', path)
    this.#disk.syncDirectory(path)
  }

  touch(path: string, modifiedMs: number): void {
    this.mustBeOn()
    this.#disk.touch(path, modifiedMs)
  }

  space(path: string): { readonly freeBytes: number; readonly totalBytes: number } {
    this.mustBeOn()
    return this.#disk.space(path)
  }

  strike(operation: DiskOperation, path: string): 'short' | undefined {
    this.mustBeOn()
    const struck = this.#faults.find(({ fault }) => fault.on === operation && (fault.where?.(path) ?? true))
    if (struck === undefined || !this.#isLikely(struck.fault)) return undefined
    struck.left--
    if (struck.left <= 0) this.#faults = this.#faults.filter((planned) => planned !== struck)
    if (struck.fault.give === 'short') return 'short'
    throw new DiskError(struck.fault.give, path, { doing: operation })
  }

  later(operation: 'read' | 'sync', path: string, action: () => void): void {
    const { timer, latencyMs } = this.#options
    const run = (): void => {
      if (!this.#isOff) action()
    }
    if (timer === undefined || latencyMs === undefined) run()
    else timer.after(latencyMs(operation, path), run)
  }

  shortCount(count: number): number {
    return count === 0 ? 0 : this.#random.nextInt(count)
  }

  mustBeOn(): void {
    if (this.#isOff) throw new Error('This disk belongs to a machine that has lost its power')
  }

  #isLikely(fault: DiskFault): boolean {
    return fault.likelihood === undefined || this.#random.nextFloat() < fault.likelihood
  }
}
