import { DiskError } from '@odradek/common/disk'
import type { Disk } from '@odradek/common/disk'
import type { Logger } from '@odradek/common/logging'
import { KafkaError } from '@odradek/protocol'

/** Whether a log directory can be used: for everything; not for appends of users; for nothing. */
export type StorageCondition = 'online' | 'full' | 'offline'

/** What the broker itself writes may use the last bytes of a disk: without offsets and transactions nobody gets on. */
const internalTopics: readonly string[] = ['__consumer_offsets', '__transaction_state', '__share_group_state']

const fullCodes: readonly string[] = ['ENOSPC', 'EDQUOT']
/** Something is not what it should be, a directory in the place of a file perhaps. The disk is as good as before. */
const strangeCodes: readonly string[] = ['EISDIR', 'ENOTDIR', 'ENOTEMPTY', 'ELOOP', 'ENAMETOOLONG']
/** Descriptors are missing, and that is not the disk's fault. */
const scarceCodes: readonly string[] = ['EMFILE', 'ENFILE']

export function isLackOfRoom(error: unknown): boolean {
  return error instanceof DiskError && fullCodes.includes(error.code)
}

/**
 * The condition of the disk on which a log directory lies.
 *
 * A full disk recovers: appends are refused until there is twice as much room as `log.dir.min.free.bytes` asks for, while
 * reading and deleting go on. Any other failure ends the use of the directory until the broker is started again. After a
 * failed fsync in particular nothing can be tried again: the system has marked the lost pages as clean, so that the next fsync
 * succeeds without them.
 */
export class StorageState {
  readonly #disk: Disk
  readonly #path: string
  readonly #minFreeBytes: () => number
  readonly #logger: Logger
  readonly #onOffline: (error: Error) => void
  #condition: StorageCondition = 'online'
  #failure: Error | undefined

  constructor(options: {
    readonly disk: Disk
    readonly path: string
    readonly minFreeBytes: () => number
    readonly logger: Logger
    readonly onOffline: (error: Error) => void
  }) {
    this.#disk = options.disk
    this.#path = options.path
    this.#minFreeBytes = options.minFreeBytes
    this.#logger = options.logger
    this.#onOffline = options.onOffline
  }

  get condition(): StorageCondition {
    return this.#condition
  }

  requireReadable(): void {
    if (this.#condition === 'offline')
      throw new KafkaError('KAFKA_STORAGE_ERROR', `The data directory ${this.#path} is out of use: ${this.#failure?.message}.`)
  }

  requireWritable(topic: string): void {
    this.requireReadable()
    if (this.#condition === 'full' && !internalTopics.includes(topic))
      throw new KafkaError('KAFKA_STORAGE_ERROR', `The disk of the data directory ${this.#path} is full.`)
  }

  failed(error: Error, doing: string): void {
    const code = error instanceof DiskError ? error.code : 'EIO'
    if (fullCodes.includes(code)) this.#becomeFull(error.message)
    else if (scarceCodes.includes(code))
      this.#logger
        .limited('descriptors')
        .error(`Cannot ${doing}: the process has no file descriptors left. Allow it more (ulimit -n)`, { error })
    else if (code === 'ENOENT')
      this.#logger
        .limited(error.message)
        .error(`Cannot ${doing}: a file of a partition is missing. Put it back from a copy, or delete the topic`, { error })
    else if (strangeCodes.includes(code))
      this.#logger
        .limited(error.message)
        .error(`Cannot ${doing}: there is something else in the place of a file. Put the file back from a copy, or delete the topic`, {
          error,
        })
    else this.#goOffline(error, doing)
  }

  /** Compares the free space with what is asked for. To be called every second or so. */
  checkSpace(): void {
    if (this.#condition === 'offline') return
    let freeBytes: number
    try {
      freeBytes = this.#disk.space(this.#path).freeBytes
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      return this.#goOffline(error, 'measure the free space')
    }
    const minFreeBytes = this.#minFreeBytes()
    if (this.#condition === 'online' && freeBytes < minFreeBytes) this.#becomeFull(`${freeBytes} bytes are free`)
    else if (this.#condition === 'full' && freeBytes >= 2 * minFreeBytes) {
      this.#condition = 'online'
      this.#logger.info('The disk of the data directory has room again; topics are written to', { path: this.#path, freeBytes })
    }
  }

  #becomeFull(reason: string): void {
    if (this.#condition !== 'online') return
    this.#condition = 'full'
    this.#logger.error(
      'The disk of the data directory is full: produce requests are refused until twice log.dir.min.free.bytes is free. Make room, lower retention.ms or retention.bytes of large topics, or delete topics',
      { path: this.#path, minFreeBytes: this.#minFreeBytes(), reason },
    )
  }

  #goOffline(error: Error, doing: string): void {
    if (this.#condition === 'offline') return
    this.#condition = 'offline'
    this.#failure = error
    this.#logger.error('The data directory is out of use, since the disk failed. Check the disk, then restart the broker', {
      path: this.#path,
      doing,
      error,
    })
    this.#onOffline(error)
  }
}
