import { DiskError } from '@odradek/common/disk'
import type { Disk } from '@odradek/common/disk'
import { replaceFileLater } from './atomic-file.ts'
import { formatCheckpoint, MalformedCheckpoint, parseCheckpoint, parseWhole } from './checkpoint-file.ts'

/** The files of a log directory that hold one offset for each partition. */
export const checkpointName = {
  /** Below it everything is on disk, indexes included, and needs no look after a crash. */
  recoveryPoint: 'recovery-point-offset-checkpoint',
  /** Only of logs that begin above their first segment: what DeleteRecords left. */
  logStart: 'log-start-offset-checkpoint',
  /** High watermarks. */
  replication: 'replication-offset-checkpoint',
  /** Where the cleaner goes on. A partition that is named here may have gaps between its offsets. */
  cleaner: 'cleaner-offset-checkpoint',
} as const

/** One offset for each partition, in memory and in a file. Keys are the names of the partitions' directories, `orders-0`. */
export class OffsetCheckpoint {
  readonly #disk: Disk
  readonly #path: string
  readonly #offsets = new Map<string, number>()
  #changes = 0
  #written = 0
  /** Writers queue up behind each other, so that an older content never replaces a newer one. */
  #writing: Promise<void> = Promise.resolve()

  private constructor(disk: Disk, path: string) {
    this.#disk = disk
    this.#path = path
  }

  /** Reads the file; without one, or with one that cannot be read, there are no offsets. `onDamage` is told about the latter. */
  static read(disk: Disk, directory: string, name: string, onDamage: (problem: MalformedCheckpoint) => void): OffsetCheckpoint {
    const checkpoint = new OffsetCheckpoint(disk, `${directory}/${name}`)
    try {
      checkpoint.#load()
    } catch (error) {
      if (!(error instanceof MalformedCheckpoint)) throw error
      checkpoint.#offsets.clear()
      onDamage(error)
    }
    return checkpoint
  }

  get(partition: string): number | undefined {
    return this.#offsets.get(partition)
  }

  set(partition: string, offset: number): void {
    if (this.#offsets.get(partition) === offset) return
    this.#offsets.set(partition, offset)
    this.#changes++
  }

  delete(partition: string): void {
    if (this.#offsets.delete(partition)) this.#changes++
  }

  get hasChanged(): boolean {
    return this.#changes !== this.#written
  }

  /** Writes what is known now, if it differs from the file. Resolves when it is on disk; rejects with `DiskError`. */
  save(): Promise<void> {
    const saving = this.#writing.then(() => this.#save())
    // A failure belongs to who asked; the next writer tries again with its own content.
    this.#writing = saving.catch(() => {})
    return saving
  }

  async #save(): Promise<void> {
    if (!this.hasChanged) return
    const changes = this.#changes
    await replaceFileLater(this.#disk, this.#path, this.#format())
    this.#written = changes
  }

  #format(): string {
    return formatCheckpoint(
      Array.from(this.#offsets, ([partition, offset]) => {
        const dash = partition.lastIndexOf('-')
        return `${partition.slice(0, dash)} ${partition.slice(dash + 1)} ${offset}`
      }),
    )
  }

  #load(): void {
    let text: string
    try {
      text = this.#disk.readFile(this.#path).toString('utf8')
    } catch (error) {
      if (error instanceof DiskError && error.code === 'ENOENT') return
      throw error
    }
    for (const [topic = '', partition = '', word = ''] of parseCheckpoint(this.#path, text, 3)) {
      const offset = parseWhole(word)
      if (Number.isNaN(offset) || Number.isNaN(parseWhole(partition)))
        throw new MalformedCheckpoint(this.#path, `"${topic} ${partition} ${word}" is no offset of a partition`)
      this.#offsets.set(`${topic}-${partition}`, offset)
    }
  }
}
