import { constants } from 'node:os'

/** Why `Terminal.interrupted` is aborted: somebody pressed Ctrl-C, or asked the process to end. */
export class Interruption extends Error {
  override readonly name = 'Interruption'
  /** What a shell gives for a program that the signal has ended: 130 after Ctrl-C, 143 after SIGTERM. */
  readonly exitCode: number

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(`Interrupted by ${signal}`)
    this.exitCode = 128 + constants.signals[signal]
  }
}

/** The exit code of a program that was interrupted and has ended in order, or 0 when it was not. */
export function exitCodeOf(interrupted: AbortSignal): number {
  if (!interrupted.aborted) return 0
  return interrupted.reason instanceof Interruption ? interrupted.reason.exitCode : 130
}
