import type { SeededRandom } from '@odradek/common/random'
import type { Cancellable, Clock, Timer } from '@odradek/common/time'
import type { Dialler, DialTarget, TransportReader } from '@odradek/network/dial'
import type { Environment } from '@odradek/client'
import type { Link } from '../network/link.ts'
import type { SimulatedNetwork } from '../network/simulated-network.ts'
import type { World } from './world.ts'

/**
 * A process in which a client runs: its timers, its connections. It can stand still for a while, as in a long pause of the garbage
 * collector, and it can die: then no promise of it ever settles again.
 */
export class ClientProcess {
  readonly name: string
  readonly random: SeededRandom
  readonly #world: World
  readonly #links = new Set<Link>()
  readonly #timers = new Set<Cancellable>()
  readonly #held: (() => void)[] = []
  #pausedUntilMs = 0
  #isAlive = true
  #holds = 0
  readonly environment: Environment

  constructor(name: string, world: World, network: SimulatedNetwork) {
    this.name = name
    this.#world = world
    this.random = world.random.fork(`process/${name}`)
    // Dates are whole milliseconds, as those of a machine.
    const clock: Clock = { now: () => Math.floor(world.time.now()), monotonic: () => world.time.monotonic() }
    const timer: Timer = {
      after: (delayMs, action) => this.#after(delayMs, action),
      endOfTurn: (action) =>
        world.time.endOfTurn(() => {
          if (this.#isAlive) action()
        }),
    }
    const note =
      (level: string) =>
      (message: string): void => {
        if (this.#isAlive) world.note(`${this.name} ${level}`, message)
      }
    this.environment = {
      clock,
      timer,
      random: this.random.fork('client'),
      dialler: this.#dialler(network.diallerFor(this.#links, (action) => this.#run(action))),
      logger: { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') },
      hold: () => {
        this.#holds++
        let isHeld = true
        return () => {
          if (isHeld) this.#holds--
          isHeld = false
        }
      },
    }
  }

  get isAlive(): boolean {
    return this.#isAlive
  }

  get openTransports(): number {
    return this.#links.size
  }

  get pendingTimers(): number {
    return this.#timers.size
  }

  /** Who still keeps the process from ending. */
  get holds(): number {
    return this.#holds
  }

  /** Everything stands still: timers that come due meanwhile run late, and so does what arrives. */
  pause(forMs: number): void {
    this.#world.note('pause', this.name, forMs)
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#world.nowMs + forMs)
    this.#world.time.after(forMs, () => {
      for (const action of this.#held.splice(0)) action()
    })
  }

  /** The process is gone, without a word to anybody. */
  kill(): void {
    if (!this.#isAlive) return
    this.#world.note('kill', this.name)
    this.#isAlive = false
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
    for (const link of this.#links) link.abandon()
  }

  /** Runs an action of the process: now, or when its pause is over. */
  #run(action: () => void): void {
    if (!this.#isAlive) return
    if (this.#world.nowMs < this.#pausedUntilMs) this.#held.push(() => this.#run(action))
    else action()
  }

  #after(delayMs: number, action: () => void): Cancellable {
    if (!this.#isAlive) return { cancel: () => undefined }
    let isCancelled = false
    const waiting = this.#world.time.after(delayMs, () => {
      this.#run(() => {
        this.#timers.delete(cancellable)
        if (!isCancelled) action()
      })
    })
    const cancellable: Cancellable = {
      cancel: () => {
        isCancelled = true
        this.#timers.delete(cancellable)
        waiting.cancel()
      },
    }
    this.#timers.add(cancellable)
    return cancellable
  }

  #dialler(dialler: Dialler): Dialler {
    return {
      resolve: (host) => dialler.resolve(host),
      canonicalNames: (address) => dialler.canonicalNames(address),
      dial: (to, reader, signal) => this.#dial(dialler, to, reader, signal),
    }
  }

  #dial(dialler: Dialler, to: DialTarget, reader: TransportReader, signal: AbortSignal): ReturnType<Dialler['dial']> {
    if (!this.#isAlive) return new Promise(() => undefined)
    return dialler.dial(to, reader, signal)
  }
}
