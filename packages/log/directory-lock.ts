import { Buffer } from 'node:buffer'
import { DiskError } from '@odradek/common/disk'
import type { Disk } from '@odradek/common/disk'
import { UserError } from '@odradek/common/errors'
import type { Random } from '@odradek/common/random'
import type { Cancellable, Clock, Timer } from '@odradek/common/time'
import { writeFully } from './atomic-file.ts'
import type { ProcessIdentity, ProcessMark } from '@odradek/common/process'

export const lockName = '.lock'

const heartbeatMs = 2000
/** Long enough to see a living holder's heartbeat, even one that had to wait for a slow disk. */
const watchMs = 5000

export interface DirectoryLockOptions {
  readonly disk: Disk
  readonly path: string
  readonly clock: Clock
  readonly timer: Timer
  readonly random: Random
  readonly process: ProcessIdentity
  /** The lock was taken away by another process: whoever holds this must stop writing at once. */
  readonly onLost: () => void
  /** Nobody can tell whether the holder is alive; its heartbeat is watched for so long before the lock is taken. */
  readonly onWatch?: (durationMs: number) => void
}

/**
 * Keeps two processes out of one log directory.
 *
 * Node knows neither `flock` nor `fcntl` locks, so the lock is a file made with O_EXCL that names its holder: pid, time
 * at which the process started, and the realm (boot and pid namespace) in which the pid means something. A lock left
 * behind by a killed process is recognised:
 *
 * - Same realm: the process of that pid is looked at. Gone, or started at another time, means dead. This is exact.
 * - Other realm (another container on the same volume): nobody can look. A holder touches the file every two seconds;
 *   the newcomer watches it for five and takes it only if nothing moved.
 *
 * Two newcomers may find the same dead lock. To take it over one renames it to a name of its own, which only one of them
 * can do, and looks at what it got: if that is not the dead lock it had read, it was too late and puts it back. And a
 * holder that finds another name in the file with its next heartbeat stops writing.
 *
 * Apache Kafka leaves an empty `.lock` behind and locks it with fcntl while it runs; the system lists such locks, see
 * `ProcessIdentity.locker`.
 */
export class DirectoryLock {
  readonly #options: DirectoryLockOptions
  readonly #path: string
  readonly #content: string
  #heartbeat: Cancellable | undefined

  private constructor(options: DirectoryLockOptions, content: string) {
    this.#options = options
    this.#path = `${options.path}/${lockName}`
    this.#content = content
  }

  /** Throws `UserError` when another process uses the directory, and `DiskError`. */
  static async take(options: DirectoryLockOptions): Promise<DirectoryLock> {
    const token = Buffer.from(options.random.bytes(12)).toString('base64url')
    const { pid, startedAt, realm } = options.process.mark
    const lock = new DirectoryLock(options, JSON.stringify({ pid, startedAt, realm, token }))
    while (!lock.#create()) {
      const holder = lock.#read()
      if (holder === undefined) continue
      // eslint-disable-next-line no-await-in-loop -- one look after the other
      if (await lock.#isHeld(holder)) throw new UserError(inUse(options.path, holder))
      lock.#retire(holder)
    }
    lock.#beat()
    return lock
  }

  release(): void {
    this.#heartbeat?.cancel()
    if (this.#read() === this.#content) this.#options.disk.unlink(this.#path)
  }

  /** Leaves the lock as a killed process does. */
  abandon(): void {
    this.#heartbeat?.cancel()
  }

  #create(): boolean {
    const { disk } = this.#options
    try {
      const file = disk.open(this.#path, 'exclusive')
      try {
        writeFully(file, Buffer.from(this.#content))
      } finally {
        file.close()
      }
      return true
    } catch (error) {
      if (error instanceof DiskError && error.code === 'EEXIST') return false
      throw error
    }
  }

  #read(): string | undefined {
    try {
      return this.#options.disk.readFile(this.#path).toString('utf8')
    } catch (error) {
      if (error instanceof DiskError && error.code === 'ENOENT') return undefined
      throw error
    }
  }

  async #isHeld(holder: string): Promise<boolean> {
    const { process } = this.#options
    if (process.locker(this.#path) !== undefined) return true
    const mark = parseMark(holder)
    // Empty: what Apache Kafka leaves. Half a line: its writer died while writing.
    if (mark === undefined) return false
    return process.isAlive(mark) ?? (await this.#hasHeartbeat(holder))
  }

  async #hasHeartbeat(holder: string): Promise<boolean> {
    const { disk, timer, onWatch } = this.#options
    onWatch?.(watchMs)
    const before = disk.stat(this.#path)?.modifiedMs
    await new Promise<void>((resolve) => {
      timer.after(watchMs, resolve)
    })
    return disk.stat(this.#path)?.modifiedMs !== before || this.#read() !== holder
  }

  #retire(holder: string): void {
    const { disk, random } = this.#options
    const aside = `${this.#path}.${Buffer.from(random.bytes(6)).toString('hex')}.deleted`
    try {
      disk.rename(this.#path, aside)
    } catch (error) {
      if (error instanceof DiskError && error.code === 'ENOENT') return
      throw error
    }
    if (disk.readFile(aside).toString('utf8') === holder) disk.unlink(aside)
    else disk.rename(aside, this.#path)
  }

  #beat(): void {
    const { clock, disk, timer, onLost } = this.#options
    this.#heartbeat = timer.after(heartbeatMs, () => {
      try {
        if (this.#read() !== this.#content) return onLost()
        disk.touch(this.#path, clock.now())
      } catch {
        // A disk that fails is noticed by those who write to it; the lock only stays silent.
      }
      this.#beat()
    })
  }
}

function parseMark(text: string): ProcessMark | undefined {
  try {
    const { pid, startedAt, realm }: { pid?: unknown; startedAt?: unknown; realm?: unknown } = JSON.parse(text)
    if (typeof pid === 'number' && typeof startedAt === 'string' && typeof realm === 'string') return { pid, startedAt, realm }
  } catch {
    // Not ours.
  }
  return undefined
}

function inUse(path: string, holder: string): string {
  const mark = parseMark(holder)
  const by = mark === undefined ? 'another Kafka broker' : `the broker with pid ${mark.pid}`
  return `The data directory ${path} is in use by ${by}. Stop it first, or give this broker a directory of its own (log.dirs, or --data-dir).`
}
