import type { Dialler } from '@odradek/network/dial'
import type { Random } from '@odradek/common/random'
import type { Clock, Timer } from '@odradek/common/time'
import type { ClientLogger } from './logger.ts'

/** Everything through which a client touches the world. A simulator hands in its own. */
export interface Environment {
  readonly clock: Clock
  readonly timer: Timer
  readonly random: Random
  readonly dialler: Dialler
  readonly logger: ClientLogger
  /**
   * Keeps the process alive until the returned function is called. Timers never do: whoever has a caller waiting for an answer
   * (and perhaps only a back-off timer running) holds the process, or Node would end it in the middle of an `await`.
   */
  hold(): () => void
}
